import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import { DifferenceView } from "./DifferenceView.tsx";

afterEach(cleanup);

test("removed and added text is told to everybody, and markup in it stays text", () => {
  render(<DifferenceView before={["<b>old</b>"]} after={["<script>alert(1)</script>"]} label="Prompt" />);
  expect(screen.getByRole("deletion").textContent).toBe("<b>old</b>");
  expect(screen.getByRole("insertion").textContent).toBe("<script>alert(1)</script>");
  expect(document.querySelector("script")).toBeNull();
});

test("unchanged lines are folded until they are wanted", async () => {
  const before = Array.from({ length: 30 }, (_, at) => `line ${at}`);
  render(<DifferenceView before={before} after={before.with(2, "changed")} label="Answer" />);
  expect(screen.queryByText("line 20")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "24 unchanged lines" }));
  expect(screen.getByText("line 20")).toBeTruthy();
});

test("equal texts say that they are", () => {
  render(<DifferenceView before={["a"]} after={["a"]} label="Answer" />);
  expect(screen.getByText("No difference: they are the same.")).toBeTruthy();
});
