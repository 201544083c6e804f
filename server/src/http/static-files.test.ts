import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { Hono } from "hono";
import { afterAll, beforeAll, expect, it } from "vitest";
import { staticFiles } from "./static-files.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "static-files-"));
  const files: Record<string, string | Uint8Array> = {
    "secret.html": "outside",
    "dist/index.html": "any page",
    "dist/theme.js": "theme",
    "dist/assets/index-1.js": "entry",
    "dist/assets/index-1.js.gz": gzipSync("entry"),
    "dist/assets/index-1.js.br": "compressed better",
    "dist/pages/flows.html": "the list of runs",
    "dist/pages/flows/$id.html": "one run",
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), content);
  }
});
afterAll(() => rmSync(root, { recursive: true }));

function get(address: string, headers: Record<string, string> = {}, method = "GET") {
  const application = new Hono().use("*", staticFiles(path.join(root, "dist")));
  return application.request(address, { headers, method });
}

it.each([
  ["/flows", "the list of runs"],
  ["/flows?status=failed", "the list of runs"],
  ["/flows/019af3c2", "one run"],
  ["/tasks", "any page"],
  ["/", "any page"],
])("answers %s with the page that names its scripts: %s", async (address, text) => {
  const answer = await get(address);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("cache-control")).toBe("no-cache");
  expect(await answer.text()).toBe(text);
});

it.each([
  ["gzip, deflate, br", "br"],
  ["gzip", "gzip"],
  ["", null],
])("sends to a browser that takes '%s' what the build compressed as %s", async (accepted, encoding) => {
  const answer = await get("/assets/index-1.js", { "accept-encoding": accepted });
  expect(answer.headers.get("content-encoding")).toBe(encoding);
  expect(answer.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(answer.headers.get("vary")).toBe("accept-encoding");
  expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
});

it("sends a file that the build left as it is to every browser", async () => {
  const answer = await get("/theme.js", { "accept-encoding": "br, gzip" });
  expect(answer.headers.get("content-encoding")).toBeNull();
  expect(await answer.text()).toBe("theme");
});

it.each(["/..%2fsecret.html", "/%2e%2e/secret.html", "/pages/..%2f..%2fsecret.html", "/index%00.html"])(
  "reads nothing outside of the dashboard for %s",
  async (address) => {
    expect(await (await get(address)).text()).not.toContain("outside");
  },
);

it.each(["/assets/gone-2.js", "/api/v1/none"])("has nothing for %s", async (address) => {
  expect((await get(address)).status).toBe(404);
});

it("answers a page that never was with 404, and changes with nothing", async () => {
  expect((await get("/queue")).status).toBe(404);
  expect((await get("/flows", {}, "POST")).status).toBe(404);
});
