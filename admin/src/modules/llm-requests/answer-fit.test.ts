import { expect, test } from "vitest";
import { fitOf } from "./answer-fit.ts";

const schema = { type: "object", required: ["title"] };
const request = {
  kind: "object",
  status: "completed",
  error_code: null,
  request: { url: "https://x", body: { text: { format: { schema } } } },
  response: { object: { title: "Tides" } },
} as const;

test("an answer is judged against the schema that was sent with its request", () => {
  expect(fitOf(request)).toEqual({ fits: true, violations: [] });
  expect(fitOf({ ...request, response: { object: {} } })).toEqual({
    fits: false,
    violations: [{ path: "title", message: "is missing" }],
  });
});

test("an answer that is only text is read first", () => {
  expect(fitOf({ ...request, response: { text: '{"title":"x"}' } })?.fits).toBe(true);
  expect(fitOf({ ...request, response: { text: "Sure! {" } })?.violations).toEqual([
    { path: "", message: "is not JSON" },
  ]);
});

test("nothing is claimed about an error body, another kind, or a failure without a kept schema", () => {
  expect(fitOf({ ...request, response: { status: 503, body: "busy" } })).toBeNull();
  expect(fitOf({ ...request, kind: "text" })).toBeNull();
  expect(
    fitOf({ ...request, request: null, status: "failed", error_code: "provider_unavailable" }),
  ).toBeNull();
});

test("without a kept schema the server's own judgement is told", () => {
  expect(fitOf({ ...request, request: null })?.fits).toBe(true);
  expect(fitOf({ ...request, request: null, status: "failed", error_code: "answer_invalid" })?.fits).toBe(
    false,
  );
});
