/** What the engine sends to its worker thread. */
export interface SpeechJob {
  readonly job: number;
  /** Pieces of one text, spoken one after the other into one recording. */
  readonly pieces: readonly string[];
  /** One 32-bit cell; the worker stops before the next piece once it is not 0. */
  readonly cancelled: SharedArrayBuffer;
}

/** What the worker thread answers, once per job. */
export type SpeechReply =
  | { readonly job: number; readonly outcome: "spoken"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly job: number; readonly outcome: "cancelled" }
  | { readonly job: number; readonly outcome: "failed"; readonly reason: string };

/** Given to the worker thread at its start. */
export interface SpeechWorkerData {
  /** A folder of its own, removed by the engine after the thread has ended. */
  readonly folder: string;
}
