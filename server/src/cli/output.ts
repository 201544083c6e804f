import { AppError } from "../platform/errors.ts";
import { loadedSecrets } from "../platform/redaction.ts";

/** Exit codes of every command: 0 success, 1 a failed job or refused request, 2 wrong use; of `run-task` also 3: not claimable. */
export const exitCodes = { success: 0, failed: 1, wrongUse: 2, notClaimable: 3 } as const;

/** Prints exactly one JSON value on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints rows in aligned columns; numbers to the right. */
export function printTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const texts = rows.map((row) => row.map(String));
  const widths = head.map((title, column) =>
    Math.max(title.length, ...texts.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[], source?: readonly (string | number)[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return typeof source?.[column] === "number" ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd();
  process.stdout.write(`${line(head)}\n`);
  for (const [index, row] of texts.entries()) process.stdout.write(`${line(row, rows[index])}\n`);
}

/** Says on standard error what went wrong. An expected failure is one sentence; a bug shows its stack. */
export function printError(error: unknown): void {
  const bug = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${loadedSecrets.text(error instanceof AppError ? error.message : bug)}\n`);
}

/** A text from elsewhere without the characters that steer a terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, " ");
}

/** "42 s", "3 min 05 s", "1 h 02 min". */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** "$0.0312", "< $0.0001", "$0 (no model was paid)", "unknown". */
export function formatCost(costUsd: number | null): string {
  if (costUsd === null) return "unknown";
  if (costUsd === 0) return "$0";
  return costUsd < 0.0001 ? "< $0.0001" : `$${costUsd.toFixed(4)}`;
}
