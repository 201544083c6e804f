import { describe, expect, it } from "vitest";
import { describeAuditLog } from "./audit-finding.ts";

const head = "ab".repeat(32);
const whole = {
  ...{ is_intact: true, entries: 1_204, removed: 0, since: "2026-03-01T00:00:00.000Z", head, problem: null },
};

describe("what doctor says about the audit log", () => {
  it("is well while the chain is whole, with the head to keep elsewhere", () => {
    expect(describeAuditLog(whole)).toEqual({
      ...{ what: "audit log", verdict: "ok" },
      detail: `1,204 entries since 2026-03-01, the chain is whole, head ${head}`,
    });
    expect(describeAuditLog({ ...whole, entries: 1, removed: 7_000 }).detail).toBe(
      `1 entry since 2026-03-01, 7,000 older removed because their time was over, the chain is whole, head ${head}`,
    );
    expect(describeAuditLog({ ...whole, entries: 0, since: null, head: null }).detail).toBe(
      "0 entries, the chain is whole",
    );
  });

  it("is a problem when the chain is broken, with the entry where it breaks, and never that it is whole", () => {
    const problem = "Entry 17 is not as it was written.";
    expect(describeAuditLog({ ...whole, is_intact: false, problem })).toEqual({
      ...{ what: "audit log", verdict: "problem" },
      detail: `${problem} Somebody changed it in the database; what comes before is whole.`,
    });
  });
});
