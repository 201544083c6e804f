import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { TimeChartCard } from "./ChartCard.tsx";
import type { ChartSeries } from "./chart-data.ts";

// jsdom draws no canvas; everything that is read stands beside it.
vi.mock("./Plot.tsx", () => ({ Plot: () => <div data-testid="plot" /> }));

afterEach(cleanup);

const hour = (of: number) => new Date(2026, 10, 21, of).toISOString();
const points = { at: [hour(9), hour(10), hour(11)], resolution: "hour", isLastRunning: true } as const;
const measured: ChartSeries[] = [
  { key: "p50", label: "p50", color: "cat-1", values: [2_000, null, 4_000] },
  { key: "p95", label: "p95", color: "cat-2", values: [9_000, null, 66_000] },
];

function show(series: readonly ChartSeries[] = measured) {
  render(
    <TimeChartCard
      title="Step latency"
      headline="3.0 s"
      words="p50"
      points={points}
      series={series}
      kind="lines"
      measure="duration"
    />,
  );
}

const slider = () => screen.getByRole("slider", { name: "Step latency, chart" });
const textOf = () => slider().getAttribute("aria-valuetext");

test("the table holds the very numbers of the chart, newest first", async () => {
  show();
  await userEvent.click(screen.getByRole("button", { name: "Step latency as a table" }));
  const rows = within(screen.getByRole("table")).getAllByRole<HTMLTableRowElement>("row");
  expect(rows.map((row) => [...row.cells].map((cell) => cell.textContent))).toEqual([
    ["Time", "p50", "p95"],
    ["11:00 to 12:00, 21 Nov, so far", "4.0 s", "1 m 06 s"],
    ["10:00 to 11:00, 21 Nov", "not measured", "not measured"],
    ["09:00 to 10:00, 21 Nov", "2.0 s", "9.0 s"],
  ]);
  await userEvent.click(screen.getByRole("button", { name: "Step latency as a table", pressed: true }));
  expect(screen.queryByRole("table")).toBeNull();
});

test("the keyboard moves over the points and each is read with all series", () => {
  show();
  expect(document.querySelector(".chart-tip")).toBeNull();
  fireEvent.focus(slider());
  expect(textOf()).toBe("11:00 to 12:00, 21 Nov, so far: p50 4.0 s, p95 1 m 06 s");
  fireEvent.change(slider(), { target: { value: "1" } });
  expect(textOf()).toBe("10:00 to 11:00, 21 Nov: p50 not measured, p95 not measured");
  fireEvent.change(slider(), { target: { value: "0" } });
  expect(textOf()).toBe("09:00 to 10:00, 21 Nov: p50 2.0 s, p95 9.0 s");
  const tip = document.querySelector(".chart-tip")?.textContent;
  expect(tip).toBe("09:00 to 10:00, 21 Novp502.0 sp959.0 s");
  fireEvent.blur(slider());
  expect(document.querySelector(".chart-tip")).toBeNull();
});

test("pointing reads the point below the pointer", () => {
  show();
  vi.spyOn(slider(), "getBoundingClientRect").mockReturnValue(new DOMRect(100, 0, 300, 120));
  fireEvent.pointerMove(slider(), { clientX: 110 });
  expect(textOf()).toContain("09:00 to 10:00");
  fireEvent.pointerMove(slider(), { clientX: 250 });
  expect(textOf()).toContain("10:00 to 11:00");
  fireEvent.pointerMove(slider(), { clientX: 400 });
  expect(textOf()).toContain("11:00 to 12:00");
  fireEvent.pointerLeave(slider());
  expect(document.querySelector(".chart-tip")).toBeNull();
});

test("nothing measured is told apart from nothing happened", () => {
  show(measured.map((one) => ({ ...one, values: [null, null, null] })));
  expect(screen.getByText("Nothing was measured in this range.")).toBeTruthy();
  cleanup();
  show(measured.map((one) => ({ ...one, values: [0, 0, 0] })));
  expect(screen.queryByText("Nothing was measured in this range.")).toBeNull();
  expect(textOf()).toContain("p50 0 ms");
});

test("a single point can be read", () => {
  render(
    <TimeChartCard
      title="Cost"
      headline="$1"
      words=""
      points={{ at: [hour(9)], resolution: "hour", isLastRunning: false }}
      series={[{ key: "usd", label: "cost", color: "cat-1", values: [1] }]}
      kind="bars"
      measure="usd"
    />,
  );
  expect(screen.getByRole("slider").getAttribute("aria-valuetext")).toBe(
    "09:00 to 10:00, 21 Nov: cost $1.00",
  );
});
