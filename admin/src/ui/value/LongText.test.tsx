import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import { LongText } from "./LongText.tsx";
import { shortName, visibleText } from "./visible-text.ts";

afterEach(cleanup);

test("control characters and turned directions are seen, line breaks stay", () => {
  expect(visibleText("a\u0000b\u001b[31m\nc\u202egpj.exe\u0085")).toBe("a␀b␛[31m\nc<U+202E>gpj.exe<U+0085>");
});

test("right-to-left writing itself is left alone", () => {
  expect(visibleText("שלום עולם")).toBe("שלום עולם");
});

test("markup is text", () => {
  render(<LongText text={'<img src=x onerror="alert(1)"><script>alert(2)</script>'} />);
  expect(document.querySelector("img, script")).toBeNull();
  expect(screen.getByText(/<script>alert\(2\)<\/script>/)).toBeTruthy();
});

test("of a line of a million characters only the beginning is drawn until more is asked for", async () => {
  const { container } = render(<LongText text={"x".repeat(1_000_000)} limit={500} />);
  expect(container.querySelector("bdi")?.textContent).toHaveLength(501);
  await userEvent.click(screen.getByRole("button", { name: "Show more of 1.0 MB" }));
  expect(container.querySelector("bdi")?.textContent).toHaveLength(5001);
});

test("a name fits a line whatever it is", () => {
  expect(shortName("a\n\tb")).toBe("a b");
  expect(shortName("y".repeat(1_000_000))).toHaveLength(161);
});
