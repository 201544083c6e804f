import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { z } from "zod";
import type { CallKind } from "./call-kind.ts";
import type { ProviderCall } from "./provider-call.ts";

/** One call received, with how it ended as far as is known. */
export interface CallEntry {
  /** 1, 2, 3 … in order of arrival; goes on after a restart on the same file. */
  n: number;
  at: string;
  path: string;
  kind: CallKind;
  model: string | null;
  schema_name: string | null;
  body_sha256: string;
  prompt_excerpt: string;
  /** Header `x-client-request-id`. */
  client_request_id: string | null;
  action: string;
  /** HTTP status; null while unanswered. */
  status: number | null;
  /** When the last byte was handed to the socket; null for a call that is open or was aborted. */
  finished_at: string | null;
  /** The caller, or the end of the provider, closed the connection first. */
  aborted: boolean;
}

/** Which entries are wanted: every given field must be equal; `prompt` matches a part of the excerpt. */
export type CallFilter = Partial<
  Pick<CallEntry, "kind" | "path" | "model" | "schema_name" | "action" | "client_request_id">
> & {
  prompt?: string;
};

const excerptLength = 400;

const LoggedLine = z.looseObject({ n: z.number().int() });

/** The log: two JSON lines for each call (`received`, `finished`), each written out before the answer goes on. */
export interface CallLog {
  received(call: ProviderCall, body: Buffer, clientRequestId: string | null, action: string): CallEntry;
  finished(entry: CallEntry, status: number | null, aborted: boolean): void;
  entries(): CallEntry[];
  calls(filter?: CallFilter): CallEntry[];
  /** Forgets the entries in memory; the file keeps its lines and gets one that says so. */
  reset(): void;
  close(): void;
}

/** @throws the file system's error when the file cannot be written. */
export function openCallLog(path?: string): CallLog {
  let last = path !== undefined && existsSync(path) ? lastNumber(readFileSync(path, "utf8")) : 0;
  const file = path === undefined ? null : openSync(path, "a");
  const write = (line: object) => {
    if (file !== null) writeSync(file, `${JSON.stringify(line)}\n`);
  };
  let entries: CallEntry[] = [];
  return {
    received(call, body, clientRequestId, action) {
      last++;
      const entry: CallEntry = {
        n: last,
        at: new Date().toISOString(),
        path: call.path,
        kind: call.kind,
        model: call.model,
        schema_name: call.schemaName,
        body_sha256: createHash("sha256").update(body).digest("hex"),
        prompt_excerpt: call.prompt.slice(0, excerptLength),
        client_request_id: clientRequestId,
        action,
        status: null,
        finished_at: null,
        aborted: false,
      };
      const { status: _status, finished_at: _finishedAt, aborted: _aborted, ...facts } = entry;
      write({ event: "received", ...facts });
      entries.push(entry);
      return entry;
    },
    finished(entry, status, aborted) {
      const at = new Date().toISOString();
      entry.status = status;
      entry.finished_at = aborted ? null : at;
      entry.aborted = aborted;
      write({
        event: "finished",
        n: entry.n,
        status,
        ...(aborted ? { aborted: true, aborted_at: at } : { finished_at: at }),
      });
    },
    entries: () => entries.map((entry) => ({ ...entry })),
    calls: (filter = {}) => entries.filter((entry) => isWanted(entry, filter)).map((entry) => ({ ...entry })),
    reset() {
      entries = [];
      write({ event: "reset", n: last, at: new Date().toISOString() });
    },
    close() {
      if (file !== null) closeSync(file);
    },
  };
}

function isWanted(entry: CallEntry, filter: CallFilter): boolean {
  const { prompt, ...exact } = filter;
  if (prompt !== undefined && !entry.prompt_excerpt.includes(prompt)) return false;
  const facts: Record<string, unknown> = { ...entry };
  return Object.entries(exact).every(([name, value]) => value === undefined || facts[name] === value);
}

/** A line that a killed provider left half written is passed over: it was never acknowledged by an answer. */
function lastNumber(text: string): number {
  let last = 0;
  for (const line of text.split("\n")) {
    if (!line.startsWith("{") || !line.endsWith("}")) continue;
    last = Math.max(last, LoggedLine.parse(JSON.parse(line)).n);
  }
  return last;
}
