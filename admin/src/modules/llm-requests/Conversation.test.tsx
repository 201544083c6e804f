import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import { Message } from "./Conversation.tsx";

afterEach(cleanup);

test("a message is prose at first and stands as it was sent when asked for", async () => {
  render(<Message speaker="user" text={"# Heading\n<script>alert(1)</script>"} />);
  expect(await screen.findByRole("heading", { name: "Heading" })).toBeTruthy();
  expect(document.querySelector("script")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Raw" }));
  expect(screen.queryByRole("heading", { name: "Heading" })).toBeNull();
  expect(screen.getByText(/# Heading/).closest("pre")).not.toBeNull();
});

test("a long message is cut until all of it is wanted", async () => {
  const { container } = render(<Message speaker="user" text={"word ".repeat(1000)} />);
  expect(container.querySelector(".message-cut")).not.toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Show all 1,000 words" }));
  expect(container.querySelector(".message-cut")).toBeNull();
});
