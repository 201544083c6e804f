import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import { LazyJson } from "./LazyJson.tsx";

afterEach(cleanup);

test("a small value stands there at once", () => {
  render(<LazyJson value={{ level: "beginner" }} label="input" missing="gone" />);
  expect(screen.getByText("beginner")).toBeTruthy();
});

test("a big value is drawn only when it is asked for", async () => {
  render(<LazyJson value={{ text: "a".repeat(30_000) }} label="output" missing="gone" />);
  expect(screen.queryByText(/aaaa/)).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Show output, 30 kB" }));
  expect(screen.getByText(/aaaa/)).toBeTruthy();
});

test("a value that is not kept is named as missing, never shown as empty", () => {
  render(<LazyJson value={null} label="output" missing="not kept any more" />);
  expect(screen.getByText("not kept any more")).toBeTruthy();
});
