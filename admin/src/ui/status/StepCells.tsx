import "./progress.css";

/** State of one cell. `again` is a step that is being repeated, `reused` one whose earlier result was taken. */
export type StepCell = "done" | "reused" | "running" | "failed" | "again" | "waiting" | "open";

/** One small cell per step, read out as a sentence. */
export function StepCells({ cells }: { cells: StepCell[] }) {
  const done = cells.filter((cell) => cell === "done" || cell === "reused").length;
  const keyed = cells.map((cell, position) => ({ cell, key: `step-${position + 1}` }));
  return (
    <span className="cells" role="img" aria-label={`${done} of ${cells.length} steps done`}>
      {keyed.map(({ cell, key }) => (
        <i key={key} className={`cell-${cell}`} />
      ))}
    </span>
  );
}
