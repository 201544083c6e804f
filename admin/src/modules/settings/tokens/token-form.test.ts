import { describe, expect, test } from "vitest";
import { newTokenForm, readTokenForm } from "./token-form.ts";
import { allowsScope, exampleRequest, scopesInWords, tokenLook } from "./token-words.ts";

describe("the form of a new token", () => {
  test("for the command line it is filled in with what the role allows", () => {
    expect(newTokenForm("admin", true)).toEqual({
      name: "Command line",
      scopes: ["operate"],
      lifetime: "90",
    });
    expect(newTokenForm("viewer", true).scopes).toEqual(["read"]);
    expect(newTokenForm("learner", true).scopes).toEqual([]);
  });

  test("it says what is missing", () => {
    expect(readTokenForm({ name: "  ", scopes: [], lifetime: "90" })).toEqual({
      draft: null,
      errors: { name: "Give it a name, such as what will use it.", scopes: "Choose at least one." },
    });
  });

  test("a token for ever has no days", () => {
    const read = readTokenForm({ name: " app ", scopes: ["learn"], lifetime: "never" });
    expect(read.draft).toEqual({ name: "app", scopes: ["learn"], expires_in_days: null });
    expect(readTokenForm({ name: "app", scopes: ["learn"], lifetime: "30" }).draft?.expires_in_days).toBe(30);
  });
});

describe("scopes", () => {
  test.each([
    ["viewer", "read", true],
    ["viewer", "learn", true],
    ["viewer", "operate", false],
    ["viewer", "content:write", false],
    ["operator", "operate", true],
    ["operator", "content:write", true],
    ["operator", "admin", false],
    ["admin", "admin", true],
    ["learner", "read", false],
    ["learner", "learn", true],
  ] as const)("a role of %s and the scope %s: %s", (role, scope, allowed) => {
    expect(allowsScope(role, scope)).toBe(allowed);
  });

  test("one of a newer server is shown by its own name", () => {
    expect(scopesInWords(["read", "content:write", "fly"])).toBe("read, deliver lessons, fly");
  });

  test("the example asks for something that the scopes open, and never holds the token", () => {
    expect(exampleRequest(["operate"], "https://c.example")).toContain(
      "https://c.example/api/v1/content/units",
    );
    expect(exampleRequest(["learn"], "https://c.example")).toContain("/learner/units");
    expect(exampleRequest(["content:write"], "https://c.example")).toContain("-X PUT");
  });
});

test("a token stands as its dates say", () => {
  const now = Date.parse("2026-11-22T10:00:00Z");
  const look = (revoked_at: string | null, expires_at: string | null) =>
    tokenLook({ revoked_at, expires_at }, now).word;
  expect(look(null, null)).toBe("works");
  expect(look(null, "2027-01-01T00:00:00Z")).toBe("works");
  expect(look(null, "2026-11-25T00:00:00Z")).toBe("expires soon");
  expect(look(null, "2026-11-22T10:00:00Z")).toBe("expired");
  expect(look("2026-11-21T00:00:00Z", "2027-01-01T00:00:00Z")).toBe("revoked");
});
