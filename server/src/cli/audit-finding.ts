import { z } from "zod";
import type { Finding } from "./finding.ts";

/** What the server's route promises. */
export const verificationSchema = z.looseObject({
  is_intact: z.boolean(),
  entries: z.number(),
  removed: z.number(),
  since: z.string().nullable(),
  head: z.string().nullable(),
  problem: z.string().nullable(),
});

/** What the verification of the audit log's chain found, in one line. */
export function describeAuditLog(found: z.infer<typeof verificationSchema>): Finding {
  const what = "audit log";
  if (!found.is_intact) {
    const detail = `${found.problem} Somebody changed it in the database; what comes before is whole.`;
    return { what, verdict: "problem", detail };
  }
  const entries = `${found.entries.toLocaleString("en-US")} ${found.entries === 1 ? "entry" : "entries"}`;
  const head = found.head === null ? "" : `, head ${found.head}`;
  const since = found.since === null ? "" : ` since ${found.since.slice(0, 10)}`;
  const removed =
    found.removed === 0
      ? ""
      : `, ${found.removed.toLocaleString("en-US")} older removed because their time was over`;
  return { what, verdict: "ok", detail: `${entries}${since}${removed}, the chain is whole${head}` };
}
