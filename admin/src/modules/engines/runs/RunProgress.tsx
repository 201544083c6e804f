import { ProgressBar } from "../../../ui/status/ProgressBar.tsx";
import { lookOfStatus } from "../../../ui/status/status-tone.ts";
import { isEndUnknown, knownWordsOf } from "./outside-words.ts";
import "./runs.css";

type RunProgressProps = {
  run: {
    connection_id: string | null;
    status: string;
    progress_source?: "artifact" | "label" | "counts" | null;
    progress_percentage: number | null;
    steps_done?: number;
    total_steps?: number | null;
  };
  /** Says what progresses. */
  label: string;
};

const ended: ReadonlySet<string> = new Set(["completed", "failed", "cancelled", "partial"]);

/** How far a run or task is; where Prefect did not tell the end, what is done of what is known so far. */
export function RunProgress({ run, label }: RunProgressProps) {
  if (isEndUnknown(run)) {
    // A row that does not say where its progress comes from claims nothing of an end either.
    const words = run.progress_source === undefined ? "" : knownWordsOf(run.steps_done, run.total_steps);
    if (ended.has(run.status)) return <span className="text-2 no-wrap">{words}</span>;
    const isMoving = run.status === "running" || run.status === "in_progress";
    return <EndlessBar label={label} words={words} isMoving={isMoving} />;
  }
  return (
    <ProgressBar
      percentage={run.progress_percentage}
      tone={lookOfStatus(run.status).tone}
      label={label}
      numbered
    />
  );
}

type EndlessBarProps = {
  label: string;
  /** What is known instead of a percentage. */
  words: string;
  isMoving: boolean;
  /** As wide as its place, without the words beside it. */
  wide?: boolean;
};

/** A bar without an end: it says that something goes on and invents no number. */
export function EndlessBar({ label, words, isMoving, wide = false }: EndlessBarProps) {
  return (
    <span className={wide ? "progress endless-wide" : "progress endless-place"}>
      <span
        className={isMoving ? "progress-track endless is-run" : "progress-track endless is-idle"}
        role="progressbar"
        aria-label={label}
        aria-valuetext={words === "" ? "how far is not known" : words}
      />
      {!wide && words !== "" && <span className="text-2 no-wrap">{words}</span>}
    </span>
  );
}
