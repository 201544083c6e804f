import type { EngineAction } from "../../../api/engine-rows.ts";
import { formatClock, formatCount } from "../../../ui/value/format.ts";
import { shortName } from "../../../ui/value/visible-text.ts";

/** What a row of any list says of its run in an outside engine. */
export type OutsideRow = {
  connection_id: string | null;
  connection_name?: string | null;
  status: string;
  external_state?: string | null;
  external_work_pool?: string | null;
  /** Absent in rows that only name the run: its address is then built from the connection's. */
  external_url?: string | null;
  external_id?: string | null;
  completed_at?: string | null;
  suspect_since?: string | null;
  suspect_reason?: string | null;
  missing_upstream_at?: string | null;
  /** While the connection is out: the moment that the row is of. Absent where it is to be found out. */
  connection_as_of?: string | null;
};

const longestStateName = 40;

// Prefect's names that say nothing beside our word for the same state.
const sameWords: Readonly<Record<string, readonly string[]>> = {
  pending: ["pending"],
  in_progress: ["running"],
  running: ["running"],
  paused: ["paused"],
  completed: ["completed"],
  failed: ["failed"],
  cancelled: ["cancelled"],
};

/** Prefect's own name of a state, such as `AwaitingRetry`, where it says more than our status; null otherwise. */
export function ownStateWordOf({ status, external_state }: OutsideRow): string | null {
  const name = external_state?.trim() ?? "";
  if (name === "" || sameWords[status]?.includes(name.toLowerCase())) return null;
  return shortName(name, longestStateName);
}

/** Where Prefect shows a run; null where nobody said where its pages are. */
export function runAddressOf(
  ui_url: string | null | undefined,
  external_id: string | null | undefined,
): string | null {
  if (!ui_url || !external_id) return null;
  return `${ui_url.replace(/\/$/, "")}/runs/flow-run/${encodeURIComponent(external_id)}`;
}

type Counted = {
  connection_id: string | null;
  progress_source?: "artifact" | "label" | "counts" | null;
  progress_percentage: number | null;
};

/** Whether the end of a run is not known: Prefect told only what was counted so far, and a percentage would be invented. */
export function isEndUnknown({ connection_id, progress_source, progress_percentage }: Counted): boolean {
  if (connection_id === null) return false;
  if (progress_source === "artifact" || progress_source === "label") return false;
  return progress_source === "counts" || (progress_percentage ?? 0) === 0;
}

/** `3 of 7 known`; without a count that nothing is known. */
export function knownWordsOf(done: number | null | undefined, known: number | null | undefined): string {
  if (known === null || known === undefined || known === 0) return "no end known";
  return `${formatCount(Math.min(done ?? 0, known))} of ${formatCount(known)} known`;
}

const asked: Readonly<Record<EngineAction["kind"], string>> = {
  launch: "Start",
  cancel: "Cancel",
  retry: "Retry",
  resume: "Resume",
};

/** What was asked of Prefect. */
export function askedWordOf(kind: EngineAction["kind"]): string {
  return asked[kind];
}

const openStatuses: readonly EngineAction["status"][] = ["pending", "sent", "unknown"];

/** Whether it is not settled yet. */
export function isOpen({ status }: Pick<EngineAction, "status">): boolean {
  return openStatuses.includes(status);
}

type Told = Pick<EngineAction, "status" | "reason" | "expires_at">;

const asSentence = (text: string) => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** What became of something that was asked of Prefect, as a sentence. */
export function outcomeSentenceOf({ status, reason, expires_at }: Told): string {
  const why = reason === null || reason.trim() === "" ? null : asSentence(shortName(reason, 300));
  switch (status) {
    case "pending":
      return why === null
        ? "It is on its way to Prefect."
        : `${why} Prefect is asked as soon as it can be, until ${formatClock(new Date(expires_at))}.`;
    case "sent":
      return "Prefect was asked and has not answered yet.";
    case "accepted":
      return "Prefect accepted it.";
    case "refused":
      return why === null ? "Prefect refused without a reason." : `Prefect refused: ${why}`;
    case "unknown":
      return `Prefect's answer was lost. Reading the run again decides what became of it.${why === null ? "" : ` ${why}`}`;
    case "expired":
      return `Prefect could not be asked in time. Nothing was changed there.${why === null ? "" : ` ${why}`}`;
  }
}
