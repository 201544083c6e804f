import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { TimeSlider } from "./TimeSlider.tsx";

afterEach(cleanup);

function show(value: number, onChange = vi.fn()) {
  const slider = (at: number) => (
    <TimeSlider
      label="Moment"
      from={0}
      to={100_000}
      value={at}
      stepMs={1_000}
      pageMs={10_000}
      wordsOf={(ms) => `${ms / 1000} s`}
      bars={[{ at: 50_000, good: 0.5, bad: 0.25 }]}
      barMs={10_000}
      marks={[{ at: 20_000, words: "a failure" }]}
      onChange={onChange}
    />
  );
  const { rerender, container } = render(slider(value));
  return { onChange, container, move: (at: number) => rerender(slider(at)) };
}

const input = () => screen.getByRole<HTMLInputElement>("slider", { name: "Moment" });

test("what is being dragged over is told once the thumb rests", async () => {
  const { onChange } = show(100_000);
  for (const step of ["90", "70", "40"]) fireEvent.change(input(), { target: { value: step } });
  expect(input().getAttribute("aria-valuetext")).toBe("40 s");
  expect(onChange).not.toHaveBeenCalled();
  await waitFor(() => expect(onChange).toHaveBeenCalledTimes(1));
  expect(onChange).toHaveBeenCalledWith(40_000);
});

test("page keys move by more, never beyond the ends", async () => {
  const { onChange } = show(95_000);
  fireEvent.keyDown(input(), { key: "PageUp" });
  await waitFor(() => expect(onChange).toHaveBeenLastCalledWith(100_000));
  fireEvent.keyDown(input(), { key: "PageDown" });
  await waitFor(() => expect(onChange).toHaveBeenLastCalledWith(90_000));
});

test("a thumb that was moved is told once, also when the end of the span moves on meanwhile", async () => {
  const { onChange, move } = show(100_000);
  fireEvent.change(input(), { target: { value: "40" } });
  move(99_000);
  expect(input().value).toBe("40");
  await waitFor(() => expect(onChange).toHaveBeenCalledWith(40_000));
  move(41_000);
  expect(input().value).toBe("41");
  expect(onChange).toHaveBeenCalledTimes(1);
});

test("a moment that comes from outside moves the thumb", () => {
  const { move } = show(100_000);
  move(30_000);
  expect(input().value).toBe("30");
});

test("what happened stands behind the slider, failures below what went well", () => {
  const { container } = show(100_000);
  const bad = container.querySelector(".bar-bad");
  expect([bad?.getAttribute("x"), bad?.getAttribute("y"), bad?.getAttribute("height")]).toEqual([
    "50",
    "0.75",
    "0.25",
  ]);
  expect(container.querySelector("[title='a failure']")).not.toBeNull();
});
