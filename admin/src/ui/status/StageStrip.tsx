import type { CSSProperties } from "react";
import { Icon } from "../icon/Icon.tsx";
import { AppLink } from "../link/AppLink.tsx";
import "./progress.css";
import { lookOfStatus, type StatusLook } from "./status-tone.ts";

/** One stage of a longer work. */
export type Stage = {
  name: string;
  status: string;
  /** Relative width; 1 unless told. */
  weight?: number;
  /** Done share, 0 to 100. A partly failed stage is green up to here, then red up to `failed_percentage`. */
  percentage: number;
  failed_percentage?: number;
  note?: string;
  /** Where the stage can be looked at. */
  href?: string | undefined;
};

/** The stages of a work in a row; the strip is the progress bar. */
export function StageStrip({ stages, label }: { stages: Stage[]; label: string }) {
  return (
    <ol className="stages" aria-label={label}>
      {stages.map((stage) => {
        const look = lookOfStatus(stage.status);
        const failed = stage.failed_percentage ?? 0;
        const style = {
          "--weight": stage.weight ?? 1,
          "--value": `${stage.percentage}%`,
          "--failed": `${failed}%`,
          ...(failed > 0 ? { "--done": "var(--ok-mark)" } : {}),
        } as CSSProperties;
        return (
          <li key={stage.name} className={`stage is-${look.tone}`} style={style}>
            {stage.href === undefined ? (
              <span className="stage-words">
                <StageWords stage={stage} look={look} />
              </span>
            ) : (
              <AppLink className="stage-words" href={stage.href}>
                <StageWords stage={stage} look={look} />
              </AppLink>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function StageWords({ stage, look }: { stage: Stage; look: StatusLook }) {
  return (
    <>
      <Icon name={look.icon} small className={`is-${look.tone}`} />
      <span className="stage-name">{stage.name}</span>
      <span className="visually-hidden">: {look.word}</span>
      {stage.note !== undefined && <span className="stage-note">{stage.note}</span>}
    </>
  );
}
