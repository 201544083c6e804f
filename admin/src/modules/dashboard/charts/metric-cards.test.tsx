import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { DashboardMetrics } from "../../../api/monitor-rows.ts";
import { CostByModelCard, linesOf } from "./CostCards.tsx";
import { errorSeries, jobSums, outcomeSeries, pointsOf } from "./metric-series.ts";
import { metricsOf } from "./metrics-fixtures.ts";
import { outcomeWords } from "./OutcomeChart.tsx";
import { StepsCard } from "./StepsCard.tsx";
import { costHeadline, ErrorRateCard, LatencyCard, SpendCard, ThroughputCard } from "./TimeCards.tsx";

vi.mock("../../../ui/chart/Plot.tsx", () => ({
  Plot: ({ series }: { series: { label: string; values: unknown[] }[] }) => (
    <div data-testid="plot">{JSON.stringify(series.map(({ label, values }) => [label, values]))}</div>
  ),
}));

afterEach(cleanup);

const use = (name: string, cost_usd: number | null) => ({
  name,
  requests: 4,
  failed: 0,
  tokens_input: 10,
  tokens_cached: 0,
  tokens_output: 5,
  cost_usd,
  cost_unknown: cost_usd === null ? 4 : 0,
});

const figureOf = (name: string) => screen.getByRole("region", { name }).querySelector("b")?.textContent;
const wordsOf = (name: string) => screen.getByRole("region", { name }).querySelector("p")?.textContent;
const card = (metrics: DashboardMetrics) => ({ metrics, points: pointsOf(metrics, true) });

test("throughput counts units, lessons or steps, and draws what is counted", async () => {
  render(<ThroughputCard {...card(metricsOf([2, 0, 3]))} />);
  expect(figureOf("Throughput")).toBe("5");
  expect((await screen.findByTestId("plot")).textContent).toBe('[["units",[2,0,3]]]');
  await userEvent.click(screen.getByRole("button", { name: "Steps" }));
  expect(figureOf("Throughput")).toBe("200");
  expect(screen.getByTestId("plot").textContent).toBe('[["steps",[80,0,120]]]');
  expect(screen.getByRole("slider").getAttribute("aria-valuetext")).toContain(
    "units 3, lessons 12, steps 120",
  );
});

test("what was never measured is no zero", () => {
  render(<LatencyCard {...card(metricsOf([0, 0]))} />);
  expect(wordsOf("Step latency")).toBe("none no step ended");
  expect(screen.getByText("Nothing was measured in this range.")).toBeTruthy();
});

test("errors are failed and partial jobs; what a person cancelled is none", () => {
  const metrics = metricsOf([0, 0], {
    jobs: { completed: [6, 0], partial: [1, 0], failed: [1, 0], cancelled: [5, 2] },
    requests: { completed: [99, 0], failed: [1, 0] },
  });
  metrics.totals.requests = 100;
  metrics.totals.requests_failed = 1;
  expect(errorSeries(metrics).map(({ values }) => values)).toEqual([
    [25, null],
    [1, null],
  ]);
  render(<ErrorRateCard {...card(metrics)} />);
  expect(wordsOf("Error rate")).toBe("25 % of 8 jobs, 1 % of requests");
});

test("outcomes are summed in words", () => {
  const metrics = metricsOf([3, 4], {
    jobs: { completed: [3, 4], partial: [0, 0], failed: [0, 2], cancelled: [0, 0] },
  });
  expect(outcomeSeries(metrics).map(({ key }) => key)).toEqual([
    "completed",
    "partial",
    "failed",
    "cancelled",
  ]);
  expect(outcomeWords(jobSums(metrics))).toBe("ended: 7 completed, 2 failed");
  expect(outcomeWords(jobSums(metricsOf([0])))).toBe("ended");
});

test("a cost that is not known is said and never nothing", () => {
  expect(costHeadline(null, 3)).toEqual({ figure: "unknown", words: "and 3 requests of unknown cost" });
  expect(costHeadline(4.12, 0)).toEqual({ figure: "$4.12", words: "all of it measured" });
  const metrics = metricsOf([1]);
  metrics.totals.cost_usd = null;
  metrics.totals.cost_unknown = 1;
  render(<SpendCard {...card(metrics)} />);
  expect(wordsOf("Cost")).toBe("unknown and 1 request of unknown cost");
});

test("beyond five models the cheap ones share a line", () => {
  const lines = linesOf([5, 4, 3, 2, 1, 0.5].map((cost, place) => use(`m${place}`, cost)));
  expect(lines.map(({ label, value }) => [label, value])).toEqual([
    ["m0", 5],
    ["m1", 4],
    ["m2", 3],
    ["m3", 2],
    ["2 others", 1.5],
  ]);
  expect(linesOf([use("free", 0), use("strange", null)]).map(({ words }) => words)).toEqual([
    "$0",
    "unknown",
  ]);
});

test("the table of models holds every one with its numbers", async () => {
  const { name: _, ...rest } = use("", 2);
  const metrics = metricsOf([1], {
    cost_by_model: ["a", "b", "c", "d", "e", "f"].map((model) => ({ provider: "openai", model, ...rest })),
  });
  render(<CostByModelCard metrics={metrics} />);
  expect(screen.getAllByRole("listitem")).toHaveLength(5);
  await userEvent.click(screen.getByRole("button", { name: "Cost by model as a table" }));
  expect(screen.getAllByRole("rowheader").map((cell) => cell.textContent)).toEqual([
    "openai/a",
    "openai/b",
    "openai/c",
    "openai/d",
    "openai/e",
    "openai/f",
  ]);
});

test("steps are listed by model and can be put in the order of their failures", async () => {
  const step = {
    provider: "openai",
    model: "m",
    completed: 9,
    failed: 0,
    p50_ms: 800,
    p95_ms: 7_000,
    p99_ms: 61_000,
  };
  const steps = [
    { ...step, step_name: "draw" },
    { ...step, step_name: "plan", failed: 1, provider: null, model: null },
  ];
  render(<StepsCard metrics={metricsOf([1], { steps })} />);
  const [, first] = screen.getAllByRole("row");
  expect(first?.textContent).toBe("drawopenai/m90 %800 ms7.0 s1 m 01 s");
  const failed = within(screen.getByRole("columnheader", { name: "Failed" })).getByRole("button");
  await userEvent.click(failed);
  expect(screen.getAllByRole("row")[1]?.textContent).toBe("planno model1010 %800 ms7.0 s1 m 01 s");
});
