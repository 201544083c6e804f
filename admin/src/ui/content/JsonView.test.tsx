import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";
import { JsonView } from "./JsonView.tsx";

beforeEach(() => {
  // jsdom lays nothing out and has no scrolling.
  Element.prototype.scrollIntoView = () => undefined;
});

afterEach(cleanup);

const list = Array.from({ length: 200_000 }, (_, position) => ({ position, title: `Row ${position}` }));

function activeLine(): string {
  const id = screen.getByRole("tree").getAttribute("aria-activedescendant") ?? "";
  return document.getElementById(id)?.textContent ?? "";
}

test("a value of 200,000 entries draws only the lines in sight and is walked with the keys", async () => {
  render(<JsonView value={{ list }} label="input" openLevels={1} />);
  const tree = screen.getByRole("tree", { name: "input" });
  tree.focus();
  await userEvent.keyboard("{ArrowDown}{ArrowRight}{ArrowRight}");
  expect(activeLine()).toContain("0: {…} 2 members");
  expect(screen.getAllByRole("treeitem").length).toBeLessThan(80);
  await userEvent.keyboard("{End}");
  expect(activeLine()).toContain("199999: ");
  await userEvent.keyboard("{ArrowRight}{ArrowDown}{ArrowDown}");
  expect(activeLine()).toBe('title: "Row 199999"');
  await userEvent.keyboard("{ArrowLeft}{ArrowLeft}{ArrowLeft}");
  expect(activeLine()).toContain("list: [ 200,000 entries");
});

test("words are found where they are folded away, one after the other", async () => {
  render(<JsonView value={{ list: list.slice(0, 1_000) }} label="input" />);
  const field = screen.getByRole("searchbox", { name: "Search in input" });
  await userEvent.type(field, "row 99");
  expect(await screen.findByText("1 of 11")).toBeTruthy();
  expect(activeLine()).toBe('title: "Row 99"');
  await userEvent.keyboard("{Enter}");
  expect(activeLine()).toBe('title: "Row 990"');
  await userEvent.keyboard("{Shift>}{Enter}{/Shift}");
  expect(activeLine()).toBe('title: "Row 99"');
});

test("a line of a million characters is cut and unfolds to all of it", async () => {
  const line = `${"word ".repeat(199_999)}last`;
  render(<JsonView value={{ line }} label="input" openLevels={1} />);
  await userEvent.click(screen.getByText(/show all 999,999 characters/));
  screen.getByRole("tree").focus();
  await userEvent.keyboard("{End}");
  expect(activeLine()).toMatch(/last$/);
});

test("words inside a long text are shown by the line that holds them", async () => {
  const text = `${"word ".repeat(3_000)}needle ${"word ".repeat(3_000)}`;
  render(<JsonView value={{ text, list: list.slice(0, 50) }} label="input" />);
  await userEvent.type(screen.getByRole("searchbox", { name: "Search in input" }), "needle");
  expect(await screen.findByText("1 of 1")).toBeTruthy();
  expect(activeLine()).toContain("needle");
});

test("what cannot be seen is shown, and markup stays text", () => {
  const { container } = render(
    <JsonView value={{ text: "a\u0000b\u202e<img src=x onerror=alert(1)>" }} label="input" />,
  );
  expect(screen.getByText("␀").className).toBe("json-control");
  expect(screen.getByText("\\u202e").className).toBe("json-control");
  expect(container.querySelector("img")).toBeNull();
});

test("a small value has a copy button and no tools", () => {
  render(<JsonView value={{ level: "beginner" }} label="inputs" />);
  expect(screen.getByRole("button", { name: "Copy inputs" })).toBeTruthy();
  expect(screen.queryByRole("searchbox")).toBeNull();
});
