import { afterEach, expect, it, vi } from "vitest";
import { signedIn } from "../../test/builders/test-api.ts";
import type { AuditEntry } from "../platform/audit-entry.ts";
import type { Caller } from "../platform/caller.ts";
import { defineErrors } from "../platform/errors.ts";
import { createSilentLogger } from "../platform/logger.ts";
import { writeAudit } from "./audit.ts";
import { createErrorMapper } from "./problems.ts";
import { createRouter, requestErrors } from "./router.ts";

const learner = signedIn({ id: "u1", name: "Ada", role: "learner" });
const route = "/api/v1/task-queue/tasks";

const tooOften = defineErrors({
  too_many_sign_ins: { status: 429, retryable: true, title: "Too many attempts" },
  too_many_requests: { status: 429, retryable: true, title: "Too many requests" },
});

let time = 0;
afterEach(() => {
  time = 0;
});

/** A server that refuses whoever calls, for signing in with `code`; `written` is what the log was given. */
function createRefusing(
  caller: Caller | null,
  record?: (entry: AuditEntry) => Promise<void>,
  code: keyof typeof tooOften.definitions = "too_many_sign_ins",
) {
  const written: AuditEntry[] = [];
  const application = createRouter();
  application.onError(createErrorMapper(createSilentLogger()));
  application.use(async (context, next) => {
    context.set("caller", caller);
    context.set("client_address", "192.0.2.1");
    context.set("audit", {});
    context.set("request_id", `request ${time}`);
    await next();
  });
  const note = record ?? (async (entry: AuditEntry) => void written.push(entry));
  application.use(writeAudit(note, createSilentLogger(), { now: () => time, tellEveryMs: 2 }));
  application.get(route, () => {
    throw requestErrors.create("not_allowed", "No.");
  });
  application.post("/api/v1/auth/sign-in", (context) => {
    context.get("audit").actor_id = "u2";
    throw tooOften.create(code, "No.");
  });
  const signIn = () => application.request("/api/v1/auth/sign-in", { method: "POST" });
  return {
    written,
    ask: async () => (await application.request(route)).status,
    signIn: async () => (await signIn()).status,
  };
}

it("tells how often somebody was refused beyond what was written down, when the hour is over", async () => {
  const { written, ask } = createRefusing(learner);
  for (time = 0; time < 5; time += 1) expect(await ask()).toBe(403);
  expect(written).toMatchObject([
    {
      action: "access.refused",
      object_kind: "route",
      object_id: `GET ${route}`,
      details: {},
      actor_id: "u1",
    },
  ]);
  time = 3_600_000;
  await vi.waitFor(() => expect(written).toHaveLength(2));
  expect(written[1]).toMatchObject({
    ...{ action: "access.refused", object_id: `GET ${route}`, code: "not_allowed", actor_id: "u1" },
    ...{ request_id: "request 4", address: null, details: { left_out: 4 } },
  });
  expect(await ask()).toBe(403);
  expect(written).toHaveLength(2);
});

it("answers a refusal as ever when it cannot be written down", async () => {
  const { ask } = createRefusing(learner, () => Promise.reject(new Error("The disk is full")));
  for (time = 0; time < 3; time += 1) expect(await ask()).toBe(403);
});

it("writes nothing of a stranger who is refused a read", async () => {
  const { written, ask } = createRefusing(null);
  expect(await ask()).toBe(403);
  expect(written).toEqual([]);
});

it("writes a sign-in that was held back down with the account it was aimed at, in bounded number", async () => {
  const { written, signIn } = createRefusing(null);
  for (time = 0; time < 80; time += 1) expect(await signIn()).toBe(429);
  expect(written[0]).toMatchObject({
    ...{ action: "session.sign_in", result: "refused", code: "too_many_sign_ins" },
    ...{ actor_id: "u2", actor_kind: "nobody", address: "192.0.2.1" },
  });
  expect(written.length).toBeGreaterThanOrEqual(60);
  expect(written.length).toBeLessThan(65);
});

it("writes nothing of a stranger who asks faster than the server allows", async () => {
  const { written, signIn } = createRefusing(null, undefined, "too_many_requests");
  expect(await signIn()).toBe(429);
  expect(written).toEqual([]);
});
