import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { signedIn } from "../../test/builders/test-api.ts";
import { createLogger } from "../platform/logger.ts";
import { loadedSecrets, redacted } from "../platform/redaction.ts";
import { requestErrors } from "./router.ts";
import { createHttpApplication } from "./server.ts";

/** The answer of a server whose route ends with the error, and what it wrote into its log. */
async function answerTo(error: Error) {
  const destination = new PassThrough();
  const application = createHttpApplication({
    logger: createLogger({ level: "info", format: "json", destination }),
    identify: async () => signedIn({ id: "u1", name: "Ada", role: "admin" }),
    recordAudit: async () => undefined,
    learnerAccess: "public",
    allowedHosts: [],
    publicUrl: undefined,
    trustedProxies: [],
    requestsPerSecond: 1_000,
    adminDirectory: "/nonexistent",
  });
  application.get("/api/v1/learner/units", () => {
    throw error;
  });
  const answer = await application.request("/api/v1/learner/units", { headers: { host: "localhost" } });
  return { status: answer.status, text: await answer.text(), log: String(destination.read() ?? "") };
}

const inner = 'duplicate key in "users" at /srv/coursewright/repo.ts: INSERT INTO users VALUES (1)';

describe("an error that nobody expected", () => {
  it("is answered without what went wrong, which stands in the log under the id of the answer", async () => {
    const { status, text, log } = await answerTo(new TypeError(inner, { cause: new Error("the cause") }));
    expect(status).toBe(500);
    const problem: { request_id: string } = JSON.parse(text);
    expect(problem).toMatchObject({ code: "internal_error", retryable: false });
    for (const part of ["users", "/srv", "INSERT", "TypeError", "the cause", ".ts"])
      expect(text).not.toContain(part);
    expect(log).toContain(problem.request_id);
    expect(log).toContain("INSERT INTO users");
    expect(log).toContain("the cause");
  });

  it("of a database that is away asks to come back, without its address", async () => {
    const away = Object.assign(new Error("connect ECONNREFUSED 10.1.2.3:5432"), { code: "ECONNREFUSED" });
    const { status, text, log } = await answerTo(away);
    expect(status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({ code: "database_unavailable", retryable: true });
    expect(text).not.toContain("10.1.2.3");
    expect(log).toContain("10.1.2.3");
  });
});

describe("an error that holds a loaded secret", () => {
  it("is answered without it, in its sentence and in its details, however it is written", async () => {
    const secret = 'sk-told-in-an-error/+"=1';
    loadedSecrets.add(secret);
    const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")];
    const refused = requestErrors.create("request_invalid", `They said ${forms.join(" and ")}.`, {
      details: { issues: forms.map((form) => ({ field: form, message: `is not ${form}` })) },
    });
    const { status, text } = await answerTo(refused);
    expect(status).toBe(422);
    expect(text.split(redacted).length - 1).toBeGreaterThanOrEqual(forms.length * 3);
    const told: unknown = JSON.parse(text);
    for (const form of forms) expect(JSON.stringify(told)).not.toContain(JSON.stringify(form).slice(1, -1));
  });
});
