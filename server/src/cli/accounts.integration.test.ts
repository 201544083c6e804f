import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningProgram, runProgram } from "../../test/program.ts";

let base: string;
let server: RunningProgram;
let address: string;

beforeAll(async () => {
  base = mkdtempSync(path.join(os.tmpdir(), "coursewright-accounts-"));
  chmodSync(base, 0o755);
  server = run(["start"]);
  address = await server.ready();
});
afterAll(async () => {
  server.child.kill("SIGTERM");
  await server.ended();
  rmSync(base, { recursive: true, force: true });
});

function run(words: readonly string[], settings: Readonly<Record<string, string>> = {}): RunningProgram {
  return runProgram(words, {
    COURSEWRIGHT_HOME: path.join(base, "home"),
    COURSEWRIGHT_KEY_FILE: path.join(base, "keys"),
    COURSEWRIGHT_PORT: "0",
    ...settings,
  });
}

async function printed(
  words: readonly string[],
  settings?: Readonly<Record<string, string>>,
): Promise<string> {
  const program = run(words, settings);
  const code = await program.ended();
  if (code !== 0) throw new Error(`${code}: ${program.stderr()}`);
  return program.stdout();
}

async function send(route: string, body: unknown, method = "POST", cookie = ""): Promise<Response> {
  return fetch(`${address}/api/v1${route}`, {
    method,
    headers: { "content-type": "application/json", origin: address, ...(cookie === "" ? {} : { cookie }) },
    body: JSON.stringify(body),
  });
}

const secretIn = (text: string) => /\/setup\/([\w-]{43})/.exec(text)?.[1] ?? "";
const cookieOf = (answer: Response) => answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";

it("signs whoever started the server in by the printed link, once, and again by sign-in-link", async () => {
  const token = secretIn(server.stdout());
  const used = await send("/auth/links/use", { token });
  expect(await used.json()).toEqual({ status: "signed_in" });
  const state = await fetch(`${address}/api/v1/auth/session`, { headers: { cookie: cookieOf(used) } });
  expect(await state.json()).toMatchObject({
    is_local: true,
    user: { name: "Local administrator", role: "admin" },
  });
  expect((await send("/auth/links/use", { token })).status).toBe(404);
  const text = await printed(["sign-in-link"]);
  expect(text).toContain(`${address}/setup/`);
  expect((await send("/auth/links/use", { token: secretIn(text) })).status).toBe(200);
});

it("makes an administrator for whoever owns the machine, and writes it down", async () => {
  const link: unknown = JSON.parse(
    await printed(["create-admin", "--email", "Ada@Example.org", "--name", "Ada", "--json"]),
  );
  expect(link).toMatchObject({
    url: expect.stringMatching(`^${address}/setup/`),
    expires_at: expect.any(String),
  });
  const token = secretIn(JSON.stringify(link));
  const looked = await send("/auth/links/look", { token });
  expect(await looked.json()).toMatchObject({
    kind: "invitation",
    name: "Ada",
    email: "ada@example.org",
    role: "admin",
  });
  const used = await send("/auth/links/use", { token, password: "ferns-like-the-wet-shade" });
  expect(used.status).toBe(200);
  const log = await fetch(`${address}/api/v1/admin/audit-log`, { headers: { cookie: cookieOf(used) } });
  expect(await log.json()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        ...{ action: "account.create_admin_link", actor_kind: "machine", result: "done" },
        details: { role: "admin", link: "invitation" },
      }),
      expect.objectContaining({ action: "account.sign_in_link", actor_kind: "machine" }),
    ]),
  );
});

it("warns of a link while no server runs: whoever listens in its place would be sent it", async () => {
  const idle = {
    COURSEWRIGHT_HOME: path.join(base, "idle"),
    COURSEWRIGHT_KEY_FILE: path.join(base, "idle-keys"),
  };
  const [beside, alone] = [run(["sign-in-link"]), run(["sign-in-link"], idle)];
  expect([await beside.ended(), await alone.ended()]).toEqual([0, 0]);
  expect([beside, alone].map((program) => program.stderr().includes("Start it before you open"))).toEqual([
    false,
    true,
  ]);
});

it("refuses a link that signs in by itself where other machines can reach the server", async () => {
  const program = run(["sign-in-link"], { COURSEWRIGHT_PUBLIC_URL: "https://courses.example.org" });
  expect(await program.ended()).toBe(1);
  expect(program.stderr()).toMatch(/create-admin/);
  const wrong = run(["create-admin", "--email", "nobody"]);
  expect(await wrong.ended()).toBe(2);
});
