import type { ReactNode } from "react";
import "./progress.css";
import { StatusMark } from "./StatusBadge.tsx";
import { type StepCell, StepCells } from "./StepCells.tsx";

/** One lane of parallel work: mark, title, one cell per step, a verb phrase, time. */
export type Lane = {
  key: string;
  status: string;
  title: ReactNode;
  cells: StepCell[];
  /** What happens now, as a verb phrase: "structures the exercises". */
  activity: ReactNode;
  time: ReactNode;
};

/** Parallel lanes in aligned columns. */
export function Lanes({ lanes, label }: { lanes: Lane[]; label: string }) {
  return (
    <ol className="lanes" aria-label={label}>
      {lanes.map((lane) => (
        <li key={lane.key}>
          <span className="row">
            <StatusMark status={lane.status} small />
          </span>
          <span className="cut">{lane.title}</span>
          <StepCells cells={lane.cells} />
          <span className="lane-activity cut">{lane.activity}</span>
          <span className="lane-time">{lane.time}</span>
        </li>
      ))}
    </ol>
  );
}
