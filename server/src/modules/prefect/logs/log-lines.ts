import { loadedSecrets } from "../../../platform/redaction.ts";
import type { MirroredLogLine } from "../../flow-engine/public.ts";
import type { PrefectLog } from "../client/wire.ts";

/** Longer messages are cut; Prefect's own client sends up to 1 MB in a line. */
export const longestMessage = 10_000;

/** A line that can be kept in memory among many: still longer than is stored, so that its end shows that it was cut. */
export function shortened(log: PrefectLog): PrefectLog {
  if (log.message.length <= longestMessage + 1) return log;
  // A copy: a slice would keep the whole text alive. A secret must not be cut before it is recognised.
  const message = Buffer.from(loadedSecrets.text(log.message).slice(0, longestMessage + 1), "utf8").toString(
    "utf8",
  );
  return { ...log, message };
}

/** Python's levels, in between as well: 10 debug, 20 info, 30 warning, 40 error, 50 critical. */
export function mirroredLevel(level: number): MirroredLogLine["level"] {
  if (level >= 40) return "error";
  if (level >= 30) return "warn";
  return level >= 20 ? "info" : "debug";
}

/** A line as we keep it. What a flow prints is text and stays text; what PostgreSQL cannot hold is left out. */
export function mirroredLine(
  log: PrefectLog,
  flow_run_id: string,
  stepIds: ReadonlyMap<string, string>,
): MirroredLogLine {
  const isLong = log.message.length > longestMessage;
  const message = isLong
    ? `${loadedSecrets.text(log.message).slice(0, longestMessage)} … (cut here)`
    : log.message;
  return {
    external_id: log.id,
    flow_run_id,
    step_run_id: stepIds.get(log.task_run_id ?? "") ?? null,
    at: log.timestamp,
    level: mirroredLevel(log.level),
    message: message.replaceAll("\u0000", "").toWellFormed(),
  };
}
