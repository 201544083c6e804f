import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { answerOf } from "../monitor-fixtures.ts";
import { renderInMonitor } from "../render-in-monitor.tsx";
import { PastNotice } from "./PastNotice.tsx";
import { TimeTravel } from "./TimeTravel.tsx";

afterEach(cleanup);

const slider = () => screen.getByRole("slider", { name: "Moment to look back to" });

test("from now the keyboard leads back, a step or a page at a time", async () => {
  const travel = vi.fn();
  await renderInMonitor(<TimeTravel answer={answerOf()} at={null} onTravel={travel} />);
  expect(slider().getAttribute("aria-valuetext")).toBe("now");
  fireEvent.keyDown(slider(), { key: "PageDown" });
  await waitFor(() => expect(travel).toHaveBeenLastCalledWith("2026-11-21T11:34:31.000Z"));
  fireEvent.change(slider(), { target: { value: "0" } });
  await waitFor(() => expect(travel).toHaveBeenLastCalledWith("2026-11-20T12:04:31.000Z"));
  fireEvent.change(slider(), { target: { value: "1440" } });
  await waitFor(() => expect(screen.getByRole("slider").getAttribute("aria-valuetext")).toBe("now"));
});

test("a moment can be entered to the second, and emptied to come back", async () => {
  const travel = vi.fn();
  await renderInMonitor(<TimeTravel answer={answerOf()} at={null} onTravel={travel} />);
  const field = screen.getByLabelText("Moment, local time");
  fireEvent.change(field, { target: { value: "2026-11-21T10:00:30" } });
  fireEvent.keyDown(field, { key: "Enter" });
  expect(travel).toHaveBeenLastCalledWith(new Date(2026, 10, 21, 10, 0, 30).toISOString());
});

test("the past says which moment it is, why nothing can be done there, and leads back", async () => {
  const travel = vi.fn();
  const at = new Date(2026, 10, 21, 12, 4, 31).toISOString();
  await renderInMonitor(<PastNotice at={at} isReading={false} onTravel={travel} />);
  expect(screen.getByRole("heading").textContent).toMatch(/^As it was at 12:04:31 on 21 Nov/);
  expect(screen.getByRole("status").textContent).toContain("nothing in it can be cancelled");
  await userEvent.click(screen.getByRole("button", { name: "Earlier" }));
  expect(Date.parse(travel.mock.lastCall?.[0])).toBeLessThan(Date.parse(at));
  await userEvent.click(screen.getByRole("button", { name: "Back to now" }));
  expect(travel).toHaveBeenLastCalledWith(null);
});
