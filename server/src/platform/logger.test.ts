import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";
import { loadedSecrets } from "./redaction.ts";

function logged(format: "json" | "pretty", level: "info" | "warn" = "info") {
  const destination = new PassThrough();
  const logger = createLogger({ level, format, destination });
  return { logger, text: () => String(destination.read() ?? "") };
}

test("an error is written with its stack and its causes", () => {
  const { logger, text } = logged("json");
  logger.error({ error: new Error("outer", { cause: new Error("inner") }) }, "failed");
  const entry: unknown = JSON.parse(text());
  expect(entry).toMatchObject({
    level: "error",
    msg: "failed",
    error: { message: expect.stringContaining("outer") },
  });
  expect(JSON.stringify(entry)).toContain("inner");
});

test("fields that carry secrets by name are hidden, one level down too", () => {
  const { logger, text } = logged("json");
  logger.info({ token: "hunter2", headers: { authorization: "hunter2", cookie: "hunter2" }, kept: 1 }, "x");
  const written = text();
  expect(written).not.toContain("hunter2");
  expect(written).toContain('"kept":1');
});

test("loaded secrets stand nowhere in an entry: words, fields, stacks and causes", () => {
  const secret = 'planted+"secret"/1234';
  loadedSecrets.add(secret);
  const { logger, text } = logged("json");
  const cause = new Error(`Basic ${Buffer.from(`me:${secret}`).toString("base64")}`);
  const error = Object.assign(new Error(`refused: ${secret}`, { cause }), {
    url: encodeURIComponent(secret),
  });
  logger.error({ error, deep: { list: [secret], [secret]: 1 } }, `It said ${secret}`);
  logger.child({ module: secret }).debug({}, "x");
  logger.child({ module: secret }).warn("y");
  const written = text();
  for (const line of written.trimEnd().split("\n")) expect(() => JSON.parse(line)).not.toThrow();
  expect(written.split("[redacted]").length - 1).toBeGreaterThan(6);
  for (const part of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), "cGxhbnRlZ"]) {
    expect(written).not.toContain(part);
  }
});

test("entries below the level are not written", () => {
  const { logger, text } = logged("json", "warn");
  logger.info("quiet");
  logger.warn("loud");
  expect(text()).not.toContain("quiet");
});

test("the pretty form is a line for people", async () => {
  const { logger, text } = logged("pretty");
  logger.child({ module: "llm" }).warn("The provider is slow");
  await expect
    .poll(text)
    .toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: The provider is slow\n {4}module: "llm"\n$/);
});

test("an entry is one line, whatever it holds, so that nobody forges another one", () => {
  const { logger, text } = logged("json");
  const forged = 'x\n{"level":"info","msg":"all is well"}\r\u2028\u001b[2J\u0000';
  logger.warn({ path: forged, error: new Error(forged) }, `It said ${forged}`);
  const written = text();
  expect(written.endsWith("\n")).toBe(true);
  const lines = written.trimEnd().split(/[\n\r]/);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "warn", path: forged });
  expect(written).not.toContain("\u001b");
});
