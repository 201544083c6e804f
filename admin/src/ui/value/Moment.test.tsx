import { act, cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Profiler } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { Elapsed, Moment, RelativeTime } from "./Moment.tsx";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test("the full date stands in the tooltip of a moment that is pointed at", async () => {
  render(<Moment at="2025-11-20T09:05:00Z" />);
  const time = document.querySelector("time");
  expect(time?.textContent).toContain("2025");
  if (time !== null) await userEvent.hover(time);
  expect(time?.title).toContain("Thursday");
  expect(time?.title).toContain("20 November 2025");
});

test("a time counts on by itself and is drawn again only when its words change", () => {
  vi.useFakeTimers({ now: new Date("2026-11-21T12:00:00Z") });
  const drawn = vi.fn();
  render(
    <Profiler id="time" onRender={drawn}>
      <RelativeTime at="2026-11-21T11:50:00Z" />
    </Profiler>,
  );
  const before = drawn.mock.calls.length;
  act(() => vi.advanceTimersByTime(30_000));
  expect(screen.getByText("10 min ago")).toBeTruthy();
  expect(drawn).toHaveBeenCalledTimes(before);
  act(() => vi.advanceTimersByTime(30_000));
  expect(screen.getByText("11 min ago")).toBeTruthy();
});

test("what still runs counts its seconds", () => {
  vi.useFakeTimers({ now: new Date("2026-11-21T12:00:00Z") });
  render(<Elapsed from="2026-11-21T11:59:50Z" to={null} />);
  expect(screen.getByText("10 s")).toBeTruthy();
  act(() => vi.advanceTimersByTime(3000));
  expect(screen.getByText("13 s")).toBeTruthy();
});
