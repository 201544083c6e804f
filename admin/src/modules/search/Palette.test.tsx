import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Palette } from "./Palette.tsx";
import { rememberPlace } from "./recent-places.ts";

// jsdom knows no modal dialogs and lays nothing out: opening one and scrolling are all that is asked of it.
beforeAll(() => {
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) {
    this.open = false;
  };
  Element.prototype.scrollIntoView = () => undefined;
});
beforeEach(() => sessionStorage.clear());
afterEach(cleanup);

async function openPalette() {
  let closed = false;
  const close = () => {
    closed = true;
  };
  const router = createRouter({
    routeTree: createRootRoute({ component: () => <Palette open onClose={close} /> }),
    history: createMemoryHistory({ initialEntries: ["/units"] }),
  });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  const field = await screen.findByRole("combobox");
  return { field, pathname: () => router.state.location.pathname, isClosed: () => closed };
}

const chosen = () => screen.getByRole("option", { selected: true }).textContent;

test("a page is reached by a part of its name and Enter", async () => {
  const palette = await openPalette();
  expect(document.activeElement).toBe(palette.field);
  await userEvent.type(palette.field, "llm req{Enter}");
  await waitFor(() => expect(palette.pathname()).toBe("/llm-requests"));
  expect(palette.isClosed()).toBe(true);
});

test("arrow keys walk around the ends, and the field tells which line is chosen", async () => {
  const palette = await openPalette();
  expect(chosen()).toContain("Dashboard");
  await userEvent.keyboard("{ArrowUp}");
  const options = screen.getAllByRole("option");
  expect(chosen()).toBe(options.at(-1)?.textContent);
  await userEvent.keyboard("{ArrowDown}{ArrowDown}");
  expect(chosen()).toContain("Flow Runs");
  expect(palette.field.getAttribute("aria-activedescendant")).toBe(options[1]?.id);
});

test("places visited last come first while nothing is typed", async () => {
  rememberPlace({ href: "/units/1", word: "Tides", kind: "unit", icon: "unit" });
  await openPalette();
  expect(chosen()).toContain("Tides");
});

test("a server that does not answer is said in words, and pages can still be reached", async () => {
  const palette = await openPalette();
  await userEvent.type(palette.field, "users");
  expect(await screen.findByText(/^The search did not work\. The server does not answer/)).toBeTruthy();
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(palette.pathname()).toBe("/users"));
});
