import { expect, test } from "vitest";
import { cursorOf } from "./client.ts";
import { ApiError, describeError, errorOf, OutageError } from "./problem.ts";

const problem = {
  type: "about:blank",
  title: "The unit cannot be retried now",
  status: 409,
  code: "unit_not_retryable",
  detail: "A task of this unit is still running.",
  request_id: "r-1",
};

test("a problem becomes an error with its code, status and sentence", async () => {
  const error = await errorOf(new Response(JSON.stringify(problem), { status: 409 }));
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ code: "unit_not_retryable", status: 409, request_id: "r-1" });
  expect(describeError(error)).toEqual({
    title: problem.title,
    text: problem.detail,
    raw: "409 unit_not_retryable\nrequest r-1",
  });
});

test.each([
  ["a gateway's page", "<html>502</html>", 502],
  ["an empty body", "", 500],
  ["JSON that is no problem", '["x"]', 404],
])("%s is an outage, never an empty result", async (_name, body, status) => {
  expect(await errorOf(new Response(body, { status }))).toBeInstanceOf(OutageError);
});

test("the next cursor is found among the links", () => {
  const link = '</api/v1/x?limit=50>; rel="prev", </api/v1/x?limit=50&cursor=a%2Bb>; rel="next"';
  expect(cursorOf(link)).toBe("a+b");
  expect(cursorOf('</api/v1/x?cursor=a>; rel="prev"')).toBeNull();
  expect(cursorOf(null)).toBeNull();
});
