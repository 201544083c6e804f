import { createRootRoute, createRouter, RouterContextProvider } from "@tanstack/react-router";
import { cleanup, render } from "@testing-library/react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { LogLine } from "../../api/detail-rows.ts";
import type { StepSummary } from "../../api/rows.ts";
import { causeChainOf } from "./FlowRunFailure.tsx";
import { LogLines } from "./LogLines.tsx";
import { stepColumns } from "./step-columns.tsx";

afterEach(cleanup);

const framePx = 480;
const linePx = 22;

// jsdom lays nothing out: the window over the lines is told its height here.
beforeAll(() => {
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(framePx);
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(linePx);
});

const markup = "<b onclick=alert(1)>x</b>";

function lineOf(id: number, message: string): LogLine {
  return {
    id: `line-${id}`,
    flow_run_id: "run",
    step_run_id: null,
    step_name: markup,
    at: "2026-11-21T12:00:00Z",
    level: "error",
    message,
    fields: { html: markup, nul: "\u0000" },
  };
}

test("a log line is text whatever it holds, and a very long one is cut", () => {
  const { container } = render(<LogLines lines={[lineOf(1, `${markup}\u0007${"M".repeat(1_000_000)}`)]} />);
  expect(container.querySelector("b")).toBeNull();
  expect(container.textContent).toContain(`${markup}␇MMM`);
  expect(container.textContent?.length).toBeLessThan(4000);
});

test("of ten thousand log lines only those in sight are drawn", () => {
  const lines = Array.from({ length: 10_000 }, (_, index) => lineOf(index, `line ${index}`));
  const { container } = render(<LogLines lines={lines} />);
  const drawn = container.querySelectorAll("li").length;
  expect(drawn).toBeGreaterThan(0);
  expect(drawn).toBeLessThan(200);
});

test("the causes of a failure stay readable: bounded, and with everything unseen made visible", () => {
  const chain = causeChainOf({
    error_code: "invalid_answer",
    error_causes: [
      { name: "Error", code: null, message: `${markup}\u202e` },
      { name: "Error", code: "reset", message: "M".repeat(1_000_000) },
    ],
  });
  expect(chain).toContain(`caused by Error: ${markup}<U+202E>`);
  expect(chain.length).toBeLessThan(25_000);
});

test("an error in a row of steps is one short line of text", () => {
  const step = {
    step_name: "draft",
    connection_id: null,
    error_message: `${markup}\n${"M".repeat(1_000_000)}`,
  } as StepSummary; // only what the cell reads
  const cell = stepColumns([])
    .find(({ key }) => key === "step")
    ?.cell(step);
  const router = createRouter({ routeTree: createRootRoute() });
  const { container } = render(<RouterContextProvider router={router}>{cell}</RouterContextProvider>);
  expect(container.querySelector("b")).toBeNull();
  expect(container.textContent?.length).toBeLessThan(200);
});
