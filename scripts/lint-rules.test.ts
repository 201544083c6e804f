import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "lint-rules-"));
  for (const file of ["biome.json", "scripts/raw-requests.grit"]) {
    await cp(path.join(root, file), path.join(folder, file));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The rules that a file with this text breaks, if it lay there. */
async function violations(file: string, text: string): Promise<string[]> {
  const full = path.join(folder, file);
  await mkdir(path.dirname(full), { recursive: true });
  await writeFile(full, text);
  const words = ["lint", "--vcs-enabled=false", "--reporter=json", file];
  const program = path.join(root, "node_modules/.bin/biome");
  const { stdout } = await run(program, words, { cwd: folder }).catch(
    // It exits with 1 when there are violations; its report stands on standard output all the same.
    (error: { stdout: string }) => error,
  );
  await rm(full);
  const report: { diagnostics: { category: string }[] } = JSON.parse(stdout);
  return report.diagnostics.map(({ category }) => category);
}

const service = "server/src/modules/media/service.ts";
const used = (names: string) => `export const used = [${names}];\n`;

describe("the ban on requests that bypass safe-fetch", () => {
  it.each([
    ["the global fetch", 'export const answer = () => fetch("http://127.0.0.1/");\n'],
    [
      "fetch under another name",
      "const ask = fetch;\nexport const answer = () => ask('http://127.0.0.1/');\n",
    ],
    ["a global WebSocket", 'export const socket = new WebSocket("ws://127.0.0.1/");\n'],
  ])("bites on %s", async (_what, text) => {
    expect(await violations(service, text)).toContain("lint/style/noRestrictedGlobals");
  });

  it.each(["globalThis.fetch", "window.fetch", 'globalThis["fetch"]', "self.WebSocket", "global.fetch"])(
    "bites on %s",
    async (name) => {
      expect(await violations(service, `export const used = ${name};\n`)).toContain("plugin");
    },
  );

  it.each([
    ["request of undici", `import { request } from "undici";\n${used("request")}`],
    ["undici as a whole", `import * as undici from "undici";\n${used("undici")}`],
    ["undici, loaded late", 'export const load = () => import("undici");\n'],
    ["request of node:http", `import { request } from "node:http";\n${used("request")}`],
    ["get of node:http", `import { get } from "node:http";\n${used("get")}`],
    ["node:http as a whole", `import http from "node:http";\n${used("http")}`],
    ["all names of node:http", `import * as http from "node:http";\n${used("http")}`],
    ["node:https", `import { request } from "node:https";\n${used("request")}`],
    ["http without its prefix", `import { request } from "http";\n${used("request")}`],
    ["node:http2", `import { connect } from "node:http2";\n${used("connect")}`],
    ["a plain connection", `import { connect } from "node:net";\n${used("connect")}`],
    ["an encrypted connection", `import { connect } from "node:tls";\n${used("connect")}`],
  ])("bites on %s", async (_what, text) => {
    expect(await violations(service, text)).toContain("lint/style/noRestrictedImports");
  });

  it("holds in the dashboard outside its api folder", async () => {
    const text = 'export const answer = () => fetch("/healthz");\n';
    expect(await violations("admin/src/modules/units/health.ts", text)).toEqual([
      "lint/style/noRestrictedGlobals",
    ]);
    expect(await violations("admin/src/api/health.ts", text)).toEqual([]);
  });

  it("leaves alone what may ask: safe-fetch itself, the command line's client, tests; and servers", async () => {
    const text = `import { request } from "undici";\n${used('request, fetch("http://127.0.0.1/")')}`;
    for (const file of [
      "server/src/platform/safe-fetch.ts",
      "server/src/cli/api-client.ts",
      "server/src/cli/proved-server.ts",
      "server/src/modules/media/media.test.ts",
      "server/test/product.ts",
      "bench/lists.ts",
    ]) {
      expect(await violations(file, text), file).toEqual([]);
    }
    const server = `import { createServer, type Server } from "node:http";\nexport const made: Server = createServer();\n`;
    expect(await violations(service, server)).toEqual([]);
  });
});
