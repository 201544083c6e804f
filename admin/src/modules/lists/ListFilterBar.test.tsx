import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { LiveProvider } from "../../api/live/LiveProvider.tsx";
import { formatSearch, parseSearch } from "../../ui/link/search-params.ts";
import { ListFilterBar } from "./ListFilterBar.tsx";
import { useListFilters } from "./use-list-filters.ts";

const unitId = "019a0000-0000-7000-8000-000000000001";

// jsdom knows no popovers: that they open is the browser's own business.
beforeAll(() => {
  HTMLElement.prototype.hidePopover = () => undefined;
});
beforeEach(() => window.scrollTo({ top: 0 }));
afterEach(cleanup);

function Page() {
  const filters = useListFilters("flows");
  return (
    <>
      <ListFilterBar filters={filters} suggestions={{ flow_name: ["unit_podcast"] }} />
      <output aria-label="query">{JSON.stringify(filters.query)}</output>
    </>
  );
}

async function showPage(search: string, connections: { id: string; name: string }[] = []) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  client.setQueryData(["item", "prefect-connections"], connections);
  const router = createRouter({
    routeTree: createRootRoute({ component: Page }),
    history: createMemoryHistory({ initialEntries: [`/flows${search}`] }),
    parseSearch,
    stringifySearch: formatSearch,
  });
  render(
    <QueryClientProvider client={client}>
      <LiveProvider join={() => () => undefined}>
        <RouterProvider router={router} />
      </LiveProvider>
    </QueryClientProvider>,
  );
  await screen.findByRole("searchbox");
  return {
    address: () => router.state.location.searchStr,
    query: () => JSON.parse(screen.getByLabelText("query").textContent ?? ""),
  };
}

/** Closed popovers are hidden from assistive technology; their content is looked at all the same. */
const hidden = { hidden: true };

test("several statuses are chosen one by one, in one order in the address", async () => {
  const page = await showPage("?open=a");
  await userEvent.click(screen.getByRole("button", { name: "paused" }));
  await userEvent.click(screen.getByRole("button", { name: "failed" }));
  expect(page.address()).toBe("?open=a&status=failed,paused");
  expect(page.query()).toEqual({ status: "failed,paused" });
  await userEvent.click(screen.getByRole("button", { name: "paused" }));
  expect(page.address()).toBe("?open=a&status=failed");
});

test("values that cannot be used leave the address and are named with the reason", async () => {
  const page = await showPage(`?status=broken,failed&unit_id=42&q=tides&flow_name=unit_podcast`);
  const notice = await screen.findByText("2 filters were left out");
  expect(page.address()).toBe("?status=failed&q=tides&flow_name=unit_podcast");
  const list = within(notice.closest("section") ?? document.body);
  expect(list.getByText(/there is no such status here/).textContent).toContain("broken");
  expect(list.getByText(/it is not an id/).textContent).toContain("42");
  await userEvent.click(list.getByRole("button", { name: "Got it" }));
  expect(screen.queryByText("2 filters were left out")).toBeNull();
});

test("each filter in force has its way out, and one button takes all of them away", async () => {
  const page = await showPage(`?flow_name=unit_podcast&min_duration_ms=60000&unit_id=${unitId}&open=a`);
  await userEvent.click(screen.getByRole("button", { name: "Remove the filter Took" }));
  expect(page.address()).toBe(`?flow_name=unit_podcast&unit_id=${unitId}&open=a`);
  await userEvent.click(screen.getAllByRole("button", { name: "Clear all" })[0] as HTMLElement);
  expect(page.address()).toBe("?open=a");
});

test("a length of time is entered in its unit and only counts when it makes sense", async () => {
  const page = await showPage("?max_duration_ms=120000");
  const least = screen.getByLabelText("At least, seconds", { selector: "input" });
  await userEvent.type(least, "300{Enter}");
  expect(screen.getByText("The most is less than the least.")).toBeTruthy();
  expect(page.query()).toEqual({ max_duration_ms: "120000" });
  await userEvent.clear(least);
  await userEvent.type(least, "90{Enter}");
  expect(page.query()).toEqual({ max_duration_ms: "120000", min_duration_ms: "90000" });
});

test("costs take what people type, and refuse what is no amount", async () => {
  const page = await showPage("");
  const least = screen.getByLabelText("Cost at least, US dollars");
  await userEvent.type(least, "$0,05{Enter}");
  expect(page.address()).toBe("?min_cost_usd=0.05");
  await userEvent.clear(screen.getByLabelText("Cost at most, US dollars"));
  await userEvent.type(screen.getByLabelText("Cost at most, US dollars"), "much{Enter}");
  expect(screen.getByText("This is not an amount of dollars.")).toBeTruthy();
  expect(page.address()).toBe("?min_cost_usd=0.05");
});

test("a range that moves with the clock replaces fixed times", async () => {
  const page = await showPage("?created_from=2026-11-21T10:00:00Z");
  await userEvent.click(screen.getByRole("button", { name: "last 7 days", ...hidden }));
  expect(page.address()).toBe("?time=7d");
  expect(Object.keys(page.query())).toEqual(["created_from"]);
});

const cellar = { id: "019a0000-0000-7000-8000-00000000000a", name: "cellar" };
const attic = { id: "019a0000-0000-7000-8000-00000000000b", name: "attic" };

test("engines can be told apart once there is another one, connections once there are several", async () => {
  await showPage("");
  expect(screen.queryByLabelText("Engine")).toBeNull();
  cleanup();
  await showPage("", [cellar]);
  expect(screen.getByLabelText("Engine")).toBeTruthy();
  expect(screen.queryByLabelText("Connection")).toBeNull();
  cleanup();
  const page = await showPage("", [cellar, attic]);
  await userEvent.selectOptions(screen.getByLabelText("Engine"), "prefect");
  await userEvent.selectOptions(screen.getByLabelText("Connection"), "attic");
  expect(page.query()).toEqual({ engine: "prefect", connection_id: attic.id });
});

test("a chosen engine and connection stand in words, each with its way out", async () => {
  const page = await showPage(`?engine=prefect&connection_id=${attic.id}`, [cellar, attic]);
  expect(screen.getByRole("button", { name: "Remove the filter Engine" }).textContent).toContain("Prefect");
  const connection = screen.getByRole("button", { name: "Remove the filter Connection" });
  expect(connection.textContent).toContain("attic");
  await userEvent.click(connection);
  expect(page.address()).toBe("?engine=prefect");
});

test("the text is searched for once the reader pauses, without spaces around it", async () => {
  const page = await showPage("");
  await userEvent.type(screen.getByRole("searchbox"), "tides {Enter}");
  expect(page.address()).toBe("?q=tides");
});
