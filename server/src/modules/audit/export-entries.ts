import type { AuditLogEntry } from "./models.ts";

const columns = [
  ...["seq", "id", "at", "actor_id", "actor_name", "actor_kind", "token_id", "token_name"],
  ...["action", "object_kind", "object_id", "result", "code", "request_id", "details"],
  ...["address", "user_agent", "hash"],
] as const satisfies readonly (keyof AuditLogEntry)[];

/** How a file of entries begins and how each entry stands in it. */
export interface ExportFormat {
  readonly head: string;
  write(entry: AuditLogEntry): string;
}

/** The formats of the export: RFC 4180 with a line of names, or one JSON object a line. */
export const exportFormats: Readonly<Record<"csv" | "jsonl", ExportFormat>> = {
  csv: {
    head: `${columns.join(",")}\r\n`,
    write: (entry) => `${columns.map((column) => writeCell(entry[column])).join(",")}\r\n`,
  },
  jsonl: { head: "", write: (entry) => `${JSON.stringify(entry)}\n` },
};

// What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection): of a cell, and behind a semicolon or tab, which many
// take for the end of one whatever is quoted here.
const formulaBeginning = /(^|[;\t\r\n])(?=[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])/g;

function writeCell(value: AuditLogEntry[keyof AuditLogEntry]): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const safe = text.replace(formulaBeginning, "$1'");
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
