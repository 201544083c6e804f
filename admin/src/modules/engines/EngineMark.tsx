import { Icon } from "../../ui/icon/Icon.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import "./engines.css";

type EngineMarkProps = {
  /** Of the row; nothing is shown for our own. */
  engine: "coursewright" | "prefect";
  connectionName?: string | null;
  /** Which of Prefect's work pools carries it out, as far as that is known. */
  workPool?: string | null;
  /** Whether the connection's name stands beside the engine's; else only in the tooltip. */
  named?: boolean;
};

/** Says that a row is Prefect's. Our own rows carry no mark. */
export function EngineMark({
  engine,
  connectionName = null,
  workPool = null,
  named = false,
}: EngineMarkProps) {
  if (engine === "coursewright") return null;
  const name = connectionName === null ? null : shortName(connectionName, 80);
  const where = name === null ? "Runs on Prefect" : `Runs on Prefect “${name}”`;
  return (
    <span
      className="engine-mark"
      title={workPool === null ? where : `${where}, in the work pool “${shortName(workPool, 80)}”`}
    >
      <Icon name="plug" small />
      <span>Prefect</span>
      {named && name !== null && <span className="engine-mark-name cut">{name}</span>}
    </span>
  );
}
