import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ToastRegion } from "./ToastRegion.tsx";
import { dismissToast, showToast } from "./toasts.ts";

beforeEach(() => void vi.useFakeTimers());

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const pass = (ms: number) => act(() => vi.advanceTimersByTime(ms));

test("a remark goes by itself, one with something to do about it later, a failure never", () => {
  render(<ToastRegion />);
  let failure = 0;
  act(() => {
    showToast({ tone: "ok", words: "Saved." });
    showToast({ tone: "ok", words: "Deleted.", action: { word: "Undo", onSelect: () => undefined } });
    failure = showToast({ tone: "bad", words: "Refused." });
  });
  pass(6_001);
  expect(screen.queryByText("Saved.")).toBeNull();
  expect(screen.getByText("Deleted.")).toBeTruthy();
  pass(6_000);
  expect(screen.queryByText("Deleted.")).toBeNull();
  pass(600_000);
  expect(screen.getByRole("alert").textContent).toContain("Refused.");
  act(() => dismissToast(failure));
});

test("the same remark again takes the place of the former one, but not of one with something to do about it", () => {
  render(<ToastRegion />);
  const action = { word: "Undo", onSelect: () => undefined };
  act(() => {
    for (const words of ["Not now.", "Not now."]) showToast({ tone: "idle", words });
    for (const words of ["Gone.", "Gone."]) showToast({ tone: "ok", words, action });
  });
  expect(screen.getAllByText("Not now.")).toHaveLength(1);
  expect(screen.getAllByRole("button", { name: "Undo" })).toHaveLength(2);
  pass(12_001);
});

test("a remark stays while somebody points at it or has the focus on it", () => {
  render(<ToastRegion />);
  act(
    () =>
      void showToast({ tone: "ok", words: "Deleted.", action: { word: "Undo", onSelect: () => undefined } }),
  );
  const region = screen.getByRole("region", { name: "Remarks" });
  fireEvent.pointerEnter(region);
  pass(60_000);
  fireEvent.pointerLeave(region);
  pass(11_000);
  act(() => screen.getByRole("button", { name: "Undo" }).focus());
  pass(60_000);
  expect(screen.getByText("Deleted.")).toBeTruthy();
  act(() => screen.getByRole("button", { name: "Undo" }).blur());
  pass(12_001);
  expect(screen.queryByText("Deleted.")).toBeNull();
});
