import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import { zstdDecompressSync } from "node:zlib";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openKeyRing } from "../src/platform/crypto.ts";
import { createLogger } from "../src/platform/logger.ts";
import { createTestApp, type TestApp } from "./app.ts";
import { type HostileEcho, startHostileEcho } from "./hostile-echo.ts";
import { runProgram } from "./program.ts";
import { createPerson, type Person } from "./security/people.ts";

const seed = process.env.SECURITY_SEED ?? "1";
/** Connections and alerts, each with secrets of their own; the campaign plants more. */
const rounds = Number(process.env.SECURITY_SECRET_ROUNDS ?? 1);

let number = 0;
/** With characters that every encoding changes; the same for the same seed. */
function newSecret(kind: string): string {
  number += 1;
  const hash = createHash("sha256").update(`${seed}:${number}`).digest("base64");
  return `${kind}/${hash.slice(0, 12)}+ü"<&=${hash.slice(12, 30)}`;
}
const plain = (text: string) => text.replaceAll(/[^A-Za-z0-9]/g, "");

/** What was planted, by what it is. */
const planted = new Map<string, string>();
function plant(what: string, secret: string): string {
  planted.set(what, secret);
  return secret;
}

/** What every sink held, as text. */
const sinks = new Map<string, string[]>();
function pour(sink: string, text: string): void {
  const texts = sinks.get(sink) ?? [];
  sinks.set(sink, [...texts, text]);
}

let echo: HostileEcho;
let test: TestApp;
let environment: Record<string, string>;
let person: Person;
const log = new PassThrough();

beforeAll(async () => {
  echo = await startHostileEcho();
  log.on("data", (chunk) => pour("log", String(chunk)));
  const smtp = plain(plant("password of the mail server", plain(newSecret("smtp"))));
  const database = plant("password of the database", plain(newSecret("pg")));
  environment = {
    COURSEWRIGHT_LLM_BASE_URL: `${echo.url}/v1`,
    COURSEWRIGHT_LLM_API_KEY: plant("key of the model provider", plain(newSecret("sk"))),
    COURSEWRIGHT_TEXT_MODEL: "echo",
    COURSEWRIGHT_SMTP_URL: `smtp://mailer:${smtp}@127.0.0.1:9`,
    COURSEWRIGHT_PREFECT_URL: `${echo.url}/api`,
    COURSEWRIGHT_PREFECT_AUTH: `someone:${plant("password for Prefect in the environment", newSecret("prefect"))}`,
    COURSEWRIGHT_OIDC_CLIENT_SECRET: plant("secret of single sign-on", newSecret("oidc")),
    COURSEWRIGHT_TOKEN: plant("token of the command line", plain(newSecret("token"))),
    COURSEWRIGHT_WEBHOOK_PRIVATE_HOSTS: echo.host,
    COURSEWRIGHT_REQUIRE_SECOND_FACTOR: "nobody",
  };
  test = await createTestApp(
    { ...environment, DATABASE_URL: `postgres://writer:${database}@127.0.0.1:9/nowhere` },
    createLogger({ level: "debug", format: "json", destination: log }),
  );
  plant("token of the data folder", test.token);
  const ring = openKeyRing(test.config.keyFile);
  plant("key of the key file", JSON.parse(readFileSync(test.config.keyFile, "utf8")).keys["1"]);
  plant("secret of the sign-in library", ring.derive("sign-in", 1).toString("base64url"));
});
afterAll(async () => {
  await test.close();
  await echo.close();
});

async function readJson<Answer>(answer: Response): Promise<Answer> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status}: ${text}`);
  // The documented answer of the route that was asked.
  return JSON.parse(text) as Answer;
}

const admin = "/api/v1/admin";

/** Everything that people enter, by the routes where they do. */
async function plantByHand(round: number): Promise<void> {
  const credentials = {
    bearer: { kind: "bearer", api_key: plant(`key of connection ${round}`, plain(newSecret("pnu"))) },
    basic: { kind: "basic", auth_string: `me:${plant(`password of connection ${round}`, newSecret("pw"))}` },
  };
  for (const [kind, given] of Object.entries(credentials)) {
    const connection = { name: `${kind} ${round}`, base_url: `${echo.url}/api`, credentials: given };
    const made = await readJson<{ id: string }>(
      await test.send("POST", "/api/v1/prefect/connections", connection),
    );
    const tried = await test.send("POST", `/api/v1/prefect/connections/${made.id}/test`);
    pour("verdicts and errors", await tried.text());
    for (const part of ["deployments", "nonsense"]) {
      const answer = await test.request(`/api/v1/prefect/connections/${made.id}/${part}`);
      pour("verdicts and errors", await answer.text());
    }
  }
  for (const where of ["path", "query"] as const) {
    const secret = plant(`${where} of webhook ${round}`, plain(newSecret(where)));
    const webhook_url =
      where === "path" ? `${echo.url}/services/${secret}` : `${echo.url}/hook?token=${secret}`;
    const created = await readJson<{ alert: { id: string }; webhook_secret: string }>(
      await test.send("POST", `${admin}/alerts`, {
        ...{ name: `${where} ${round}`, rule: { kind: "stuck_job" }, webhook_url },
      }),
    );
    plant(`signature of webhook ${where} ${round}`, created.webhook_secret);
    pour(
      "verdicts and errors",
      await (await test.send("POST", `${admin}/alerts/${created.alert.id}/test`)).text(),
    );
  }
}

/** Credentials that are only tried, never stored. */
async function plantProbe(): Promise<void> {
  const api_key = plant("key that is only tried", plain(newSecret("try")));
  for (let turn = 0; turn < 3; turn += 1) {
    const answer = await test.send("POST", "/api/v1/prefect/connections/test", {
      ...{ base_url: `${echo.url}/api`, credentials: { kind: "bearer", api_key } },
    });
    expect(answer.status).toBe(200);
    pour("verdicts and errors", await answer.text());
  }
}

async function plantAccounts(): Promise<void> {
  person = await createPerson(test, "admin");
  plant("password of a person", person.password);
  const body = { name: "Of a person", scopes: ["read"], expires_in_days: 1 };
  const made = await readJson<{ token: string }>(
    await test.send("POST", `${admin}/tokens`, body, person.session),
  );
  plant("token of a person", made.token);
  const invited = await readJson<{ link: { url: string } }>(
    await test.send("POST", `${admin}/users`, { email: "new@example.org", name: "New", role: "viewer" }),
  );
  plant("one-time link", new URL(invited.link.url, "http://127.0.0.1").pathname.split("/").at(-1) ?? "");
  const factor = await test.send(
    "POST",
    "/api/v1/auth/second-factor",
    { password: person.password },
    person.session,
  );
  const { secret } = await readJson<{ secret: string }>(factor);
  plant("secret of an authenticator app", secret);
}

/** Somebody pastes every secret that the server holds into a source, among so many words that it is stored compressed. */
async function pasteThemAll(): Promise<void> {
  const text = [...planted.values(), "The tide rises twice a day. ".repeat(1_000)].join("\n");
  const draft = { topic: "Tides", learner_level: "beginner", target_lesson_count: 1, start: false };
  const made = await test.send("POST", "/api/v1/content-creator/units", {
    ...draft,
    sources: [{ kind: "text", title: "Pasted", text }],
  });
  expect(made.status).toBe(201);
}

/** A unit whose every call is answered with the key, and requests that go wrong with secrets in them. */
async function letThingsHappen(): Promise<void> {
  const { unit_id, task_id } = await readJson<{ unit_id: string; task_id: string }>(
    await test.send("POST", "/api/v1/content-creator/units", {
      ...{ topic: "Tides", learner_level: "beginner", target_lesson_count: 1 },
    }),
  );
  await vi.waitFor(
    async () => {
      const task = await readJson<{ status: string }>(
        await test.request(`/api/v1/task-queue/tasks/${task_id}`),
      );
      expect(task.status).toMatch(/^(completed|failed)$/);
    },
    { timeout: 60_000, interval: 250 },
  );
  const llm = await readJson<{ id: string }[]>(await test.request("/api/v1/llm/requests?limit=20"));
  expect(llm.length).toBeGreaterThan(0);
  await vi.waitFor(async () => {
    const connections = await readJson<{ health: string }[]>(
      await test.request("/api/v1/prefect/connections"),
    );
    expect(connections.some(({ health }) => health !== "connecting")).toBe(true);
  });
  for (const [method, route, body] of [
    [
      "POST",
      "/api/v1/prefect/connections/test",
      { base_url: `${echo.url}/api`, credentials: { kind: "none" } },
    ],
    ["POST", `/api/v1/content-creator/units/${unit_id}/retry`, {}],
    ["POST", "/api/v1/content-creator/bulk-actions", { kind: "retry", ids: [task_id] }],
    ["POST", `${admin}/users/${person.id}/link`, { kind: "password_reset", mail: false }],
    ["PATCH", `${admin}/alerts/00000000-0000-7000-8000-000000000000`, { name: "x" }],
  ] as const) {
    const answer = await test.send(method, route, body);
    const isLink = route.endsWith("/link");
    if (!isLink) pour("verdicts and errors", await answer.text());
  }
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Every answer of every GET route: lists first, then each thing by the ids that the lists told. */
async function readEverything(): Promise<number> {
  const description = await test.request("/openapi.json");
  const document = await description.text();
  pour("documents", document);
  for (const page of ["/docs", "/docs/errors", "/docs/settings", "/healthz", "/readyz"]) {
    pour("documents", await (await test.request(page)).text());
  }
  const { paths }: Description = JSON.parse(document);
  const routes = Object.keys(paths).filter(
    (route) => "get" in (paths[route] ?? {}) && !/events$/.test(route),
  );
  const ids = new Set<string>();
  let answers = 0;
  const ask = async (route: string, callers: readonly Record<string, string>[] = [{}]) => {
    for (const headers of callers) {
      const answer = await test.request(route, { headers });
      const text = Buffer.from(await answer.arrayBuffer()).toString("utf8");
      answers += 1;
      const sink = /payload|llm\/requests\//.test(route)
        ? "payloads"
        : /export/.test(route)
          ? "exports"
          : /[0-9a-f]{8}-/.test(route)
            ? "details"
            : "lists";
      pour(answer.ok ? sink : "verdicts and errors", text);
      for (const id of text.match(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g) ?? [])
        ids.add(id);
    }
  };
  for (const route of routes.filter((one) => !one.includes("{"))) {
    await ask(route, [{}, person.session]);
    if (/export/.test(route))
      for (const format of ["md", "json", "csv", "jsonl"]) await ask(`${route}?format=${format}`);
  }
  for (const route of routes.filter((one) => one.includes("{"))) {
    for (const id of [...ids].slice(0, 40)) await ask(route.replaceAll(/\{[^}]+\}/g, id));
  }
  return answers;
}

/** What the row's columns hold that are compressed, which begin with the mark of Zstandard. */
function unpacked(row: string): string[] {
  return (row.match(/28b52ffd(?:[0-9a-f]{2})+/g) ?? []).map((hex) =>
    zstdDecompressSync(Buffer.from(hex, "hex")).toString("utf8"),
  );
}

async function dumpDatabase(): Promise<number> {
  const { database } = test.database;
  const { rows: tables } = await sql<{ name: string }>`
    SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
    WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`.execute(
    database,
  );
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`SELECT t::text AS row FROM ${sql.raw(name)} t`.execute(
      database,
    );
    for (const { row } of rows) pour("database", [row, ...unpacked(row)].join("\n"));
  }
  return tables.length;
}

async function runCommands(): Promise<void> {
  const settings = {
    ...environment,
    COURSEWRIGHT_HOME: test.config.home,
    COURSEWRIGHT_KEY_FILE: test.config.keyFile,
    COURSEWRIGHT_URL: echo.url,
    DATABASE_URL: `postgres://writer:${planted.get("password of the database")}@127.0.0.1:9/nowhere`,
  };
  for (const words of [
    ["config"],
    ["config", "--json"],
    ["doctor"],
    ["doctor", "--json"],
    ["migrate"],
    ["rotate-keys"],
  ]) {
    const program = runProgram(words, settings);
    await program.ended();
    pour("command line", program.stdout() + program.stderr());
  }
}

/** Whether a text holds the secret in some form, found another way than the redaction finds it. */
function holds(text: string, secret: string): boolean {
  const forms = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(JSON.stringify(secret)).slice(3, -3),
    Buffer.from(secret).toString("hex"),
  ];
  if (forms.some((form) => text.includes(form))) return true;
  // Half of it is too much as well: what was cut before it was recognised.
  if (secret.length > 28 && text.includes(secret.slice(0, 18))) return true;
  const core = Buffer.from(secret).subarray(2, -2);
  return (text.match(/[\w+/-]{12,}/g) ?? []).some((run) =>
    [0, 1, 2, 3].some((start) => Buffer.from(run.slice(start), "base64").includes(core)),
  );
}

it("finds none of the planted secrets anywhere", { timeout: 240_000 }, async () => {
  const { url } = await test.app.startServer();
  const stream = new AbortController();
  const events = await fetch(`${url}/api/v1/events`, {
    headers: { authorization: `Bearer ${test.token}` },
    signal: stream.signal,
  });
  const reading = (async () => {
    for await (const chunk of events.body ?? []) pour("event stream", Buffer.from(chunk).toString("utf8"));
  })().catch(() => undefined);
  await test.app.startWorker();
  for (let round = 1; round <= rounds; round += 1) await plantByHand(round);
  await plantProbe();
  await pasteThemAll();
  await plantAccounts();
  await letThingsHappen();
  const answers = await readEverything();
  const tables = await dumpDatabase();
  await runCommands();
  stream.abort();
  await reading;

  const found: string[] = [];
  for (const [sink, texts] of sinks) {
    const text = texts.join("\n");
    for (const [what, secret] of planted) if (holds(text, secret)) found.push(`${what} in ${sink}`);
  }
  const characters = [...sinks.values()].flat().reduce((sum, text) => sum + text.length, 0);
  process.stdout.write(
    `Planted secrets: ${planted.size} in ${sinks.size} sinks (${answers} answers, ${tables} tables, ` +
      `${Math.round(characters / 1024)} KiB, ${echo.count()} echoes): ${found.length} found\n`,
  );
  expect(found).toEqual([]);
  expect(planted.size).toBeGreaterThanOrEqual(20);
  expect([...sinks.keys()].sort()).toEqual([
    ...["command line", "database", "details", "documents", "event stream"],
    ...["exports", "lists", "log", "payloads", "verdicts and errors"],
  ]);
  expect(sinks.get("database")?.join("\n")).toContain("[redacted]");
  expect(sinks.get("payloads")?.join("\n")).toContain("[redacted]");
});

it("would find one", () => {
  const secret = newSecret("control");
  for (const text of [
    `x ${secret} y`,
    encodeURIComponent(secret),
    JSON.stringify({ a: secret }),
    Buffer.from(`u:${secret}`).toString("base64"),
    Buffer.from(`:${secret}!`).toString("base64url"),
  ]) {
    expect(holds(`before ${text} after`, secret)).toBe(true);
  }
  expect(holds(randomBytes(2_000).toString("base64"), secret)).toBe(false);
});
