import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { probeAudio, type Recording } from "../audio/audio.ts";
import { mediaErrors } from "../errors.ts";
import { normalizeSpokenText } from "./normalize-text.ts";
import type { SpeechReply, SpeechWorkerData } from "./speech-messages.ts";
import { splitAtSentences } from "./split-text.ts";

/** Characters that flite gets at once: about three minutes of speech, 2 s of CPU at most. */
const charactersPerPiece = 3_000;
const maxThreads = 2;

export interface SpeechEngineOptions {
  /** Threads that speak at the same time; default one per core, at most two. */
  readonly threads?: number;
  /** A thread without work ends after this time and gives its memory (about 140 MB) back; default 30 s. */
  readonly idleMs?: number;
  /** Where threads keep their short-lived files; default the system's temporary folder. */
  readonly temporaryFolder?: string;
}

/** Speaks English text with a built-in voice: flite, voice slt, as mono MP3 of 64 kbit/s. */
export interface SpeechEngine {
  /**
   * The same text always gives the same bytes. Markup is removed before, see `normalizeSpokenText`.
   * @throws AppError `speech_text_empty`, `speech_text_unspeakable`, `speech_text_too_long`, `speech_failed`
   * @throws the signal's reason when aborted; the thread is free again after the piece that it is speaking
   */
  synthesize(text: string, options?: { readonly signal?: AbortSignal }): Promise<Recording>;
  /** Ends all threads; what is still waiting fails with `speech_failed`. */
  close(): Promise<void>;
}

interface PendingSpeech {
  readonly job: number;
  readonly pieces: readonly string[];
  readonly cancelled: SharedArrayBuffer;
  readonly resolve: (recording: Recording) => void;
  readonly reject: (reason: unknown) => void;
}

/** Makes an engine; its threads start with the first text. */
export function createSpeechEngine(options: SpeechEngineOptions = {}): SpeechEngine {
  const threadLimit = options.threads ?? Math.min(maxThreads, availableParallelism());
  const waiting: PendingSpeech[] = [];
  const threads = new Set<SpeechThread>();
  let lastJob = 0;
  let closed = false;

  function dispatch(): void {
    while (waiting.length > 0) {
      const idle = [...threads].find((thread) => !thread.isBusy());
      if (idle === undefined && threads.size >= threadLimit) return;
      const next = waiting.shift();
      if (next !== undefined) (idle ?? addThread()).take(next);
    }
  }

  function addThread(): SpeechThread {
    const thread = startSpeechThread({
      idleMs: options.idleMs ?? 30_000,
      temporaryFolder: options.temporaryFolder ?? tmpdir(),
      onFree: dispatch,
      onEnd: () => {
        threads.delete(thread);
        dispatch();
      },
    });
    threads.add(thread);
    return thread;
  }

  return {
    async synthesize(text, { signal } = {}) {
      const pieces = splitAtSentences(normalizeSpokenText(text), charactersPerPiece);
      signal?.throwIfAborted();
      if (closed) throw mediaErrors.create("speech_failed", "The speech engine is shutting down. Try again.");
      const cancelled = new SharedArrayBuffer(4);
      const { promise, resolve, reject } = Promise.withResolvers<Recording>();
      const pending: PendingSpeech = { job: ++lastJob, pieces, cancelled, resolve, reject };
      const abort = () => {
        Atomics.store(new Int32Array(cancelled), 0, 1);
        const place = waiting.indexOf(pending);
        if (place >= 0) waiting.splice(place, 1);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", abort, { once: true });
      waiting.push(pending);
      dispatch();
      return promise.finally(() => signal?.removeEventListener("abort", abort));
    },
    async close() {
      closed = true;
      for (const pending of waiting.splice(0)) pending.reject(stopped("it was shut down"));
      await Promise.all([...threads].map((thread) => thread.end()));
    },
  };
}

interface SpeechThreadOptions {
  readonly idleMs: number;
  readonly temporaryFolder: string;
  readonly onFree: () => void;
  readonly onEnd: () => void;
}

interface SpeechThread {
  isBusy(): boolean;
  take(pending: PendingSpeech): void;
  end(): Promise<void>;
}

function stopped(why: string, cause?: unknown) {
  return mediaErrors.create("speech_failed", `The built-in voice stopped: ${why}. Try again.`, { cause });
}

function startSpeechThread(options: SpeechThreadOptions): SpeechThread {
  const folder = mkdtempSync(join(options.temporaryFolder, "coursewright-speech-"));
  const worker = new Worker(new URL("./speech-worker.ts", import.meta.url), {
    workerData: { folder } satisfies SpeechWorkerData,
    // node:wasi announces itself as experimental on each start; the version of Node is pinned and tested.
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  let current: PendingSpeech | null = null;
  let ended = false;
  let idleTimer: NodeJS.Timeout | undefined;

  worker.on("message", (reply: SpeechReply) => {
    const answered = current;
    if (answered === null || reply.job !== answered.job) return;
    current = null;
    worker.unref();
    idleTimer = setTimeout(() => void worker.terminate(), options.idleMs).unref();
    settle(answered, reply);
    options.onFree();
  });
  worker.on("error", (cause) => fail("its thread crashed", cause));
  const exit = new Promise<void>((resolve) => {
    worker.once("exit", () => {
      fail("its thread ended");
      resolve(rm(folder, { recursive: true, force: true }));
    });
  });

  function fail(why: string, cause?: unknown): void {
    clearTimeout(idleTimer);
    current?.reject(stopped(why, cause));
    current = null;
    if (ended) return;
    ended = true;
    options.onEnd();
  }

  return {
    isBusy: () => current !== null,
    take(pending) {
      clearTimeout(idleTimer);
      current = pending;
      worker.ref();
      worker.postMessage({ job: pending.job, pieces: pending.pieces, cancelled: pending.cancelled });
    },
    async end() {
      await worker.terminate();
      await exit;
    },
  };
}

function settle(pending: PendingSpeech, reply: SpeechReply): void {
  if (reply.outcome === "failed") pending.reject(stopped(reply.reason));
  if (reply.outcome !== "spoken") return;
  try {
    pending.resolve({ bytes: reply.bytes, ...probeAudio(reply.bytes) });
  } catch (cause) {
    pending.reject(stopped("it wrote a damaged file", cause));
  }
}
