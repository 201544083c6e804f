import { expect, it } from "vitest";
import { AppError } from "../../../platform/errors.ts";
import { type PrefectErrorCode, prefectErrors } from "../errors.ts";
import { failureOf } from "./lost-answers.ts";

const withCause = (cause: unknown) => prefectErrors.create("prefect_unreachable", "away", { cause });
const socketError = (code: string) => Object.assign(new Error(code), { code });

it.each<[PrefectErrorCode, string]>([
  ["prefect_refused", "refused"],
  ["prefect_not_found", "refused"],
  ["prefect_rate_limited", "not_done"],
  ["prefect_auth_failed", "not_done"],
  ["prefect_too_slow", "lost"],
  ["prefect_answer_invalid", "lost"],
])("%s means that it is %s", (code, failure) => {
  expect(failureOf(prefectErrors.create(code, "Prefect's words"))).toBe(failure);
});

it("knows what was never sent: nothing listened, on any of the addresses", () => {
  expect(failureOf(withCause(new Error("remote", { cause: socketError("ECONNREFUSED") })))).toBe("not_done");
  const both = new AggregateError([socketError("ECONNREFUSED"), socketError("ENETUNREACH")]);
  expect(failureOf(withCause(new Error("remote", { cause: both })))).toBe("not_done");
});

it("takes a connection that broke off for lost: the request may have arrived", () => {
  expect(failureOf(withCause(new Error("remote", { cause: socketError("ECONNRESET") })))).toBe("lost");
  expect(failureOf(withCause(new Error("remote", { cause: socketError("UND_ERR_SOCKET") })))).toBe("lost");
});

it("tells a busy database, which undid it, from a server that failed somewhere", () => {
  const failed = (http_status: number) =>
    prefectErrors.create("prefect_failed", "failed", { details: { http_status } });
  expect(failureOf(failed(503))).toBe("not_done");
  expect(failureOf(failed(500))).toBe("lost");
  expect(failureOf(failed(502))).toBe("lost");
});

it("leaves errors of others alone", () => {
  expect(failureOf(new Error("a bug"))).toBeNull();
  expect(
    failureOf(new AppError("unit_not_found", { status: 404, retryable: false, title: "" }, "")),
  ).toBeNull();
});
