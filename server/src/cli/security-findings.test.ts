import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { checkModes, describeSecurity, type SecurityFacts } from "./security-findings.ts";

const calm: SecurityFacts = {
  ...{ is_open_to_network: false, is_https: false, listens_beyond_loopback: false },
  ...{ needs_second_factor: false, staff_without_second_factor: 1 },
  ...{ invitations_open: 2, invitations_ended: 0, sessions: 3 },
  ...{ tokens: 4, tokens_without_end: 0, tokens_unused: 0 },
  keys: { current: 2, held: [2], needed: [2] },
  ...{ requests_per_second: 200, streams_per_user: 20 },
};
const open = { ...calm, is_open_to_network: true, is_https: true, needs_second_factor: true };

function find(facts: SecurityFacts, what: string) {
  const found = describeSecurity(facts).find((finding) => finding.what === what);
  return [found?.verdict, found?.detail];
}

describe("what doctor says about security", () => {
  it("is all well for a server on this machine alone", () => {
    expect(describeSecurity(calm).filter(({ verdict }) => verdict !== "ok")).toEqual([]);
    expect(find(calm, "sessions")).toEqual(["ok", "3 open"]);
  });

  it.each<[string, Partial<SecurityFacts>, string, string, string]>([
    ["a network in the clear", { is_https: false }, "reach", "problem", "COURSEWRIGHT_PUBLIC_URL"],
    ["a network by https", {}, "reach", "ok", "by https"],
    [
      "a port that may be mapped to anybody",
      { is_open_to_network: false, listens_beyond_loopback: true },
      "reach",
      "warning",
      "127.0.0.1",
    ],
    ["staff that owes a factor", {}, "second factor", "warning", "1 administrator or operator has yet"],
    [
      "a factor that nobody is asked for",
      { needs_second_factor: false, staff_without_second_factor: 2 },
      "second factor",
      "warning",
      "COURSEWRIGHT_REQUIRE_SECOND_FACTOR=staff",
    ],
    ["staff with a factor each", { staff_without_second_factor: 0 }, "second factor", "ok", "every"],
    ["invitations that ended", { invitations_ended: 3 }, "invitations", "warning", "3 ended unused"],
    ["tokens without an end", { tokens_without_end: 1 }, "API tokens", "warning", "1 without an end"],
    ["tokens that nobody uses", { tokens_unused: 2 }, "API tokens", "warning", "2 not used for 90 days"],
    [
      "an interrupted rotation",
      { keys: { current: 2, held: [1, 2], needed: [1, 2] } },
      "keys",
      "warning",
      "still need 1",
    ],
    [
      "a key that only backups need",
      { keys: { current: 2, held: [1, 2], needed: [2] } },
      "keys",
      "ok",
      "--prune",
    ],
  ])("tells of %s what to do", (_what, facts, thing, verdict, words) => {
    expect(find({ ...open, ...facts }, thing)).toEqual([verdict, expect.stringContaining(words)]);
  });
});

describe("the modes of secret files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "coursewright-modes-"));
    mkdirSync(path.join(folder, "data"), { mode: 0o700 });
    for (const file of ["keys", "data/cli-token"])
      writeFileSync(path.join(folder, file), "secret", { mode: 0o600 });
    return () => rmSync(folder, { recursive: true, force: true });
  });
  const check = () => checkModes({ home: path.join(folder, "data"), keyFile: path.join(folder, "keys") });

  it("are well while nobody else can read them, also when one is not there yet", () => {
    expect(check().verdict).toBe("ok");
    rmSync(path.join(folder, "keys"));
    expect(check().verdict).toBe("ok");
  });

  it.each([
    ["keys", 0o640, "problem"],
    ["data/cli-token", 0o604, "problem"],
    ["data", 0o755, "warning"],
  ])("are told when others can read %s", (place, mode, verdict) => {
    chmodSync(path.join(folder, place), mode);
    const found = check();
    expect([found.verdict, found.detail]).toEqual([
      verdict,
      expect.stringContaining(path.join(folder, place)),
    ]);
  });
});
