import { expect, test } from "vitest";
import { measuresOf } from "./measures.ts";

const request = {
  provider: "p",
  model: "m",
  http_status: 200,
  tokens_input: 770,
  tokens_cached: 0,
  tokens_reasoning: null,
  tokens_output: 75,
  units_billed: null,
  cost_usd: 0.0042,
  created_at: "2026-11-21T12:00:00.000Z",
  sent_at: "2026-11-21T12:00:01.000Z",
  first_byte_at: "2026-11-21T12:00:02.000Z",
  completed_at: "2026-11-21T12:00:05.000Z",
};

const lineOf = (name: string, ...requests: Parameters<typeof measuresOf>[0][number][]) =>
  measuresOf(requests).find((line) => line.name === name);

test("what both reported is compared with its sign", () => {
  const other = { ...request, tokens_output: 60, cost_usd: 0.0052, completed_at: "2026-11-21T12:00:04.500Z" };
  expect(lineOf("Output tokens", request, other)).toMatchObject({ values: ["75", "60"], difference: "−15" });
  expect(lineOf("Cost", request, other)?.difference).toBe("+$0.0010");
  expect(lineOf("Latency", request, other)?.difference).toBe("−500 ms");
  expect(lineOf("Input tokens", request, other)?.difference).toBe("same");
});

test("an unknown cost is called unknown and makes no difference", () => {
  expect(lineOf("Cost", request, { ...request, cost_usd: null })).toEqual({
    name: "Cost",
    values: ["$0.0042", "unknown"],
    difference: "",
  });
});

test("what none of them has is left out, except what a reader looks for", () => {
  const names = measuresOf([{ ...request, tokens_input: null }]).map((line) => line.name);
  expect(names).toContain("Input tokens");
  expect(names).not.toContain("Billed units");
  expect(names).not.toContain("of which reasoning");
});
