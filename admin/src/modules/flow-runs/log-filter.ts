import type { LogLine } from "../../api/detail-rows.ts";

/** From everything to the worst; the empty one means no filter. */
export const logLevels = ["", "info", "warn", "error"] as const;

const order = ["debug", "info", "warn", "error"];

/** A least level, a step, and a part of a line's message, fields or step; empty ones let everything through. */
export type LogFilter = { level: string; step: string; text: string };

/** Stands for the lines of the run itself, which no step logged. */
export const runItself = "the run itself";

/** The steps that logged something, in the order of their first line. */
export function loggingSteps(lines: readonly Pick<LogLine, "step_name">[]): string[] {
  return [...new Set(lines.map(({ step_name }) => step_name ?? runItself))];
}

/** Lines of the step at or above the level whose message, fields or step hold the text, whatever its case. */
export function filterLog(lines: LogLine[], { level, step, text }: LogFilter): LogLine[] {
  const least = order.indexOf(level);
  const wanted = text.trim().toLowerCase();
  return lines.filter((line) => {
    if (order.indexOf(line.level) < least) return false;
    if (step !== "" && (line.step_name ?? runItself) !== step) return false;
    if (wanted === "") return true;
    const words = `${line.message} ${line.step_name ?? ""} ${JSON.stringify(line.fields)}`;
    return words.toLowerCase().includes(wanted);
  });
}
