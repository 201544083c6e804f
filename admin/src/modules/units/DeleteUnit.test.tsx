import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRootRoute, createRouter, RouterContextProvider } from "@tanstack/react-router";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, test } from "vitest";
import { confirmationOf, DeleteUnit } from "./DeleteUnit.tsx";

afterEach(cleanup);

// jsdom knows no modal dialogs: opening one is all that the dialog asks of it.
beforeAll(() => {
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
    this.open = true;
  };
});

const unit = {
  id: "u",
  title: "How tides work",
  status: "completed" as const,
  lessons: [],
  exercise_count: 12,
  published_at: null,
};

test("the button works only after the whole title was typed, and says why until then", async () => {
  const router = createRouter({ routeTree: createRootRoute() });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <RouterContextProvider router={router}>
        <DeleteUnit unit={unit} open onClose={() => {}} />
      </RouterContextProvider>
    </QueryClientProvider>,
  );
  const button = screen.getByRole("button", { name: /Delete the unit/ });
  await userEvent.type(screen.getByRole("textbox"), "How tides");
  expect(button.getAttribute("aria-disabled")).toBe("true");
  expect(button.getAttribute("title")).toBe("Type the title of the unit first.");
  await userEvent.type(screen.getByRole("textbox"), " work");
  expect(button.getAttribute("aria-disabled")).toBeNull();
});

test("a title that no person can type is confirmed by a word instead", () => {
  expect(confirmationOf("How tides work")).toBe("How tides work");
  expect(confirmationOf("M".repeat(1_000_000))).toBe("delete");
  expect(confirmationOf("tides\u202e")).toBe("delete");
});
