import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";

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
