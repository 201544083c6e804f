import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRootRoute, createRouter, RouterContextProvider } from "@tanstack/react-router";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, test } from "vitest";
import type { BulkPreview } from "../../api/detail-rows.ts";
import { BulkDialog } from "./BulkDialog.tsx";
import type { BulkOrder } from "./bulk-api.ts";

afterEach(cleanup);

// jsdom knows no modal dialogs: opening one is all that the dialog asks of it.
beforeAll(() => {
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
    this.open = true;
  };
});

const order: BulkOrder = { action: "resume", entity: "unit", filter: { status: "failed" } };
const preview: BulkPreview = {
  matching: 214,
  eligible: 201,
  skipped: [
    { code: "unit_not_retryable", reason: "The unit is completed.", count: 10 },
    { code: "unit_not_retryable", reason: "The unit is a draft.", count: 3 },
  ],
  estimate: { cost_usd: null, duration_ms: null, based_on_runs: 0, unknown_because: "No price is known." },
};

function show(known: BulkPreview): void {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(["item", "bulk-preview", order, 1], known);
  render(
    <QueryClientProvider client={client}>
      <RouterContextProvider router={createRouter({ routeTree: createRootRoute() })}>
        <BulkDialog
          question={{ order, askedAt: 1, open: true }}
          onClose={() => undefined}
          onStarted={() => undefined}
        />
      </RouterContextProvider>
    </QueryClientProvider>,
  );
}

test("the dialog says how many, at what price, and what is left out and why", () => {
  show(preview);
  expect(screen.getByRole("heading", { name: "Resume 201 units?" })).toBeTruthy();
  expect(screen.getByText("The cost is unknown: No price is known.")).toBeTruthy();
  expect(screen.getByText("13 of 214 left as they are:")).toBeTruthy();
  expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
    "10The unit is completed.",
    "3The unit is a draft.",
  ]);
});

test("more than a hundred need their number typed first", async () => {
  show(preview);
  const button = screen.getByRole("button", { name: /^Resume 201 units/ });
  expect(button.getAttribute("title")).toBe("Type 201 first.");
  await userEvent.type(screen.getByLabelText("Type 201 to confirm"), "20");
  expect(button.getAttribute("aria-disabled")).toBe("true");
  await userEvent.type(screen.getByLabelText("Type 201 to confirm"), "1");
  expect(button.getAttribute("aria-disabled")).toBeNull();
});

test("a few need no typing, and nothing at all cannot be started", () => {
  show({ ...preview, matching: 2, eligible: 2, skipped: [] });
  expect(screen.queryByRole("textbox")).toBeNull();
  expect(screen.getByRole("button", { name: "Resume 2 units" }).getAttribute("aria-disabled")).toBeNull();
  cleanup();
  show({ ...preview, eligible: 0 });
  expect(screen.getByRole("heading", { name: "Nothing to resume here" })).toBeTruthy();
  expect(screen.getByRole("button", { name: /^Resume/ }).getAttribute("aria-disabled")).toBe("true");
});
