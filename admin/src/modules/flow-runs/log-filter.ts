import type { LogLine } from "../../api/detail-rows.ts";

/** From everything to the worst; the empty one means no filter. */
export const logLevels = ["", "info", "warn", "error"] as const;

const order = ["debug", "info", "warn", "error"];

/** A least level, or none, and a part of a line's message, fields or step. */
export type LogFilter = { level: string; text: string };

/** Lines at or above the level whose message, fields or step hold the text, whatever its case. */
export function filterLog(lines: LogLine[], { level, text }: LogFilter): LogLine[] {
  const least = order.indexOf(level);
  const wanted = text.trim().toLowerCase();
  return lines.filter((line) => {
    if (order.indexOf(line.level) < least) return false;
    if (wanted === "") return true;
    const words = `${line.message} ${line.step_name ?? ""} ${JSON.stringify(line.fields)}`;
    return words.toLowerCase().includes(wanted);
  });
}
