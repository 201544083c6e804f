import { cleanup, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { renderInMonitor } from "../render-in-monitor.tsx";
import { MetricsSection } from "./MetricsSection.tsx";
import { metricsOf } from "./metrics-fixtures.ts";
import { OutcomeChart } from "./OutcomeChart.tsx";

// jsdom draws no canvas; everything that is read stands beside it.
vi.mock("../../../ui/chart/Plot.tsx", () => ({ Plot: () => <div data-testid="plot" /> }));

afterEach(cleanup);

const path = "/admin/dashboard-metrics";
const slider = (title: string) => screen.getByRole("slider", { name: `${title}, chart` });
const readOf = (title: string) => slider(title).getAttribute("aria-valuetext");

test("the charts show the last 24 hours unless told, and the running hour as one that still grows", async () => {
  await renderInMonitor(<MetricsSection at={null} />, {
    answers: { [`${path}?range=24h`]: metricsOf([2, 3]) },
  });
  expect(screen.getByRole("heading", { name: "Last 24 hours" })).toBeTruthy();
  expect(readOf("Throughput")).toMatch(/so far: units 3, lessons 12, steps 120$/);
});

test("the range is kept in the address and every chart follows it", async () => {
  const answers = {
    [`${path}?range=24h`]: metricsOf([2, 3]),
    [`${path}?range=7d`]: metricsOf([20, 30]),
  };
  const content = (
    <>
      <MetricsSection at={null} />
      <OutcomeChart at={null} />
    </>
  );
  const { address } = await renderInMonitor(content, { answers });
  expect(readOf("Jobs by outcome")).toContain("completed 3");
  await userEvent.click(screen.getByRole("button", { name: "7 d" }));
  expect(address()).toBe("/?range=7d");
  expect(screen.getByRole("heading", { name: "Last 7 days" })).toBeTruthy();
  expect(readOf("Throughput")).toContain("units 30");
  expect(readOf("Jobs by outcome")).toContain("completed 30");
  await userEvent.click(screen.getByRole("button", { name: "24 h" }));
  expect(address()).toBe("/");
});

test("a range of one's own needs a beginning before its end", async () => {
  const from = "2026-11-20T10:00:00.000Z";
  await renderInMonitor(<MetricsSection at={null} />, {
    address: `/?range=custom&from=${from}`,
    answers: { [`${path}?from=${from}`]: metricsOf([1]) },
  });
  expect(readOf("Throughput")).toContain("units 1");
  const end = screen.getByLabelText("to");
  await userEvent.type(end, "2026-11-01T10:00");
  await userEvent.click(screen.getByRole("button", { name: "Show" }));
  expect(screen.getByRole("alert").textContent).toBe("The end lies before the beginning.");
});

test("at a past moment the numbers end there, in whole points, and none of them still grows", async () => {
  const at = "2026-11-21T12:04:31.000Z";
  await renderInMonitor(<MetricsSection at={at} />, {
    isPast: true,
    answers: { [`${path}?range=24h&to=${at}`]: metricsOf([2, 3]) },
  });
  expect(screen.getByRole("heading", { name: /^24 hours up to / })).toBeTruthy();
  expect(screen.getByText("in whole hours")).toBeTruthy();
  expect(readOf("Throughput")).not.toContain("so far");
});
