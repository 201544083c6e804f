import { createRootRoute, createRouter, RouterContextProvider } from "@tanstack/react-router";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { ToastRegion } from "../overlay/ToastRegion.tsx";
import { NeighbourLinks, type Neighbours } from "./NeighbourLinks.tsx";

afterEach(cleanup);

function show(patch: Partial<Neighbours>) {
  const go = vi.fn();
  const neighbours: Neighbours = {
    listWords: "Failed flow runs",
    listHref: "/flows?status=failed",
    one: "flow run",
    newer: { state: "end" },
    older: { state: "known", href: "/flows/2?in=status:failed" },
    go,
    ...patch,
  };
  render(
    <RouterContextProvider router={createRouter({ routeTree: createRootRoute() })}>
      <NeighbourLinks neighbours={neighbours} />
      <ToastRegion />
    </RouterContextProvider>,
  );
  return go;
}

test("the bracket keys step through the list, which has its words and its link", async () => {
  const go = show({});
  expect(screen.getByRole("link", { name: "Failed flow runs" }).getAttribute("href")).toBe(
    "/flows?status=failed",
  );
  expect(screen.getByRole("link", { name: "The older flow run" }).getAttribute("href")).toBe(
    "/flows/2?in=status:failed",
  );
  await userEvent.keyboard("]");
  expect(go).toHaveBeenCalledWith("/flows/2?in=status:failed");
});

test("at the end of the list it says so instead of going anywhere", async () => {
  const go = show({});
  const words = "This is the newest one in “Failed flow runs”.";
  expect(screen.getByRole("button", { name: words }).getAttribute("aria-disabled")).toBe("true");
  await userEvent.keyboard("[[");
  expect(go).not.toHaveBeenCalled();
  expect(screen.getByText(words)).toBeTruthy();
});

test("a neighbour that could not be asked for is not taken for the end", () => {
  show({ older: { state: "unknown" } });
  expect(screen.getByRole("button", { name: /could not be asked for/ })).toBeTruthy();
});
