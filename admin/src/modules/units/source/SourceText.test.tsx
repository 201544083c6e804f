import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { SourceText } from "./SourceText.tsx";

afterEach(cleanup);

// jsdom lays nothing out and does not scroll: the window over the text is told its height here.
beforeAll(() => {
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(24);
  Element.prototype.scrollTo = () => {};
});

const text =
  "# Tides\nThe Moon pulls on the sea.\n<script>alert(1)</script>\u0000\u202e\nThe Moon is far away.";

test("what was quoted is marked, and the rest is text whatever it holds", () => {
  const { container } = render(<SourceText text={text} quotes={["The Moon pulls on the sea."]} />);
  expect(container.querySelector("mark")?.textContent).toBe("The Moon pulls on the sea");
  expect(container.querySelector("script")).toBeNull();
  expect(container.textContent).toContain("<script>alert(1)</script>␀<U+202E>");
});

test("the reader can find words and step through the places where they stand", async () => {
  const { container } = render(<SourceText text={text} quotes={[]} />);
  await userEvent.type(screen.getByRole("searchbox", { name: "Find in the source" }), "the moon");
  expect(screen.getByText("match 1 of 2")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Next place" }));
  expect(screen.getByText("match 2 of 2")).toBeTruthy();
  expect(container.querySelector(".mark-current")?.closest("p")?.textContent).toContain("far away");
  await userEvent.type(screen.getByRole("searchbox"), " landing");
  expect(screen.getByText("not found")).toBeTruthy();
});

test("a quote that is not in the text is said to be missing", () => {
  render(<SourceText text={text} quotes={["Volcanoes erupt."]} />);
  expect(screen.getByText(/are not in this text/)).toBeTruthy();
});

test("of ten million characters only what is in sight is drawn", () => {
  const { container } = render(<SourceText text={"A line of the source.\n".repeat(450_000)} quotes={[]} />);
  const drawn = container.querySelectorAll("p").length;
  expect(drawn).toBeGreaterThan(0);
  expect(drawn).toBeLessThan(200);
});
