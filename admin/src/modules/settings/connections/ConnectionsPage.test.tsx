import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Connection, ConnectionVerdict, Deployment } from "../../../api/engine-rows.ts";
import {
  downConnection,
  goodVerdict,
  sampleConnection,
  sampleDeployment,
} from "../../engines/engine-fixtures.ts";
import { type Asked, refusal, renderWithServer, teachDialogs } from "../../engines/render-with-server.tsx";
import { ConnectionsPage } from "./ConnectionsPage.tsx";

let connections: Connection[];
let deployments: Deployment[];
let verdict: ConnectionVerdict;
let refuse: ((asked: Asked) => Response | undefined) | undefined;

beforeAll(teachDialogs);
beforeEach(() => {
  connections = [sampleConnection];
  deployments = [sampleDeployment];
  verdict = goodVerdict;
  refuse = undefined;
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** A server with these connections: it answers as the routes do. */
function answer(asked: Asked): unknown {
  const { method, path, body } = asked;
  const refused = method === "GET" ? undefined : refuse?.(asked);
  if (refused !== undefined) return refused;
  if (path.endsWith("/test")) return verdict;
  if (path.includes("/deployments")) return deployments;
  if (path === "/prefect/disagreements") return [];
  if (method === "POST") connections = [...connections, { ...sampleConnection, ...body, id: "made" }];
  if (method === "PATCH") {
    const { is_enabled, ...rest } = body;
    const off =
      is_enabled === false ? { disabled_at: sampleConnection.updated_at, health: "disabled" as const } : {};
    connections = connections.map((one) => ({ ...one, ...rest, ...off }));
  }
  if (method === "DELETE") {
    connections = [];
    return undefined;
  }
  return method === "GET" ? connections : connections.at(-1);
}

const show = (address?: string) => renderWithServer(<ConnectionsPage />, answer, address);

async function openDialog(button: string, name: string | RegExp) {
  await userEvent.click(await screen.findByRole("button", { name: button }));
  return within(screen.getByRole("dialog", { name }));
}

test("a connection stands with its health, address, filter, lag, version and runs", async () => {
  connections = [
    { ...sampleConnection, live_runs: 3, filter_tags: ["coursewright"] },
    { ...downConnection, id: "c2", name: "Spare" },
  ];
  await show();
  const list = within(await screen.findByRole("list", { name: "Connections" }));
  const [live, down] = list.getAllByRole("listitem").map((row) => row.textContent ?? "");
  for (const words of [
    "Production",
    "live",
    "tagged coursewright",
    "420 ms",
    "3.8.8",
    "3 runs",
    "Last sync",
  ]) {
    expect(live).toContain(words);
  }
  expect(live).toContain("http://prefect.example.org:4200/api");
  for (const words of ["down", "since", "As of", "Nothing listens at prefect.example.org:4200."]) {
    expect(down).toContain(words);
  }
  const [open] = list.getAllByRole("link", { name: "Open Prefect" });
  expect(open?.getAttribute("href")).toBe("http://prefect.example.org:4200");
});

test("it changes by itself when the stream tells of it", async () => {
  const page = await show();
  await screen.findByText("live");
  const patch = { ...downConnection, version: undefined };
  page.tell({ entity: "connection", id: sampleConnection.id, parents: {}, version: 6, patch });
  expect(await screen.findByText("down")).toBeTruthy();
  expect(page.asked.filter(({ path }) => path === "/prefect/connections")).toHaveLength(1);
});

test("without any, the page says what a connection is for and how to get a server", async () => {
  connections = [];
  await show();
  expect(await screen.findByText("Generation that runs on Prefect shows here, beside our own")).toBeTruthy();
  expect(screen.getByText(".venv/bin/prefect server start")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Add a connection" }));
  expect(screen.getByRole("dialog", { name: "Add a connection" })).toBeTruthy();
});

test("a new one is tried before it has a name, then added with what was typed", async () => {
  connections = [];
  const page = await show();
  const dialog = await openDialog("Add a connection", "Add a connection");
  await userEvent.selectOptions(dialog.getByLabelText("Kind"), "User and password");
  await userEvent.click(dialog.getByRole("button", { name: "Test" }));
  expect(dialog.getByText("Write the user as well.")).toBeTruthy();
  expect(page.writes()).toEqual([]);
  await userEvent.type(dialog.getByLabelText("User"), "me");
  await userEvent.type(dialog.getByLabelText("Password"), "secret");
  await userEvent.click(dialog.getByRole("button", { name: "Test" }));
  expect(await dialog.findByText(goodVerdict.sentence)).toBeTruthy();
  expect(dialog.getByText("answered in 34 ms · events come live")).toBeTruthy();
  expect(dialog.queryByText("Give the connection a name.")).toBeNull();
  await userEvent.click(dialog.getByRole("button", { name: "Add the connection" }));
  expect(dialog.getByText("Give the connection a name.")).toBeTruthy();
  await userEvent.type(dialog.getByLabelText("Name"), "Mine");
  await userEvent.type(dialog.getByLabelText("Tags"), "a, b");
  await userEvent.click(dialog.getByRole("button", { name: "Add the connection" }));
  expect(await screen.findByText("“Mine” is watched from now on.")).toBeTruthy();
  const credentials = { kind: "basic", auth_string: "me:secret" };
  expect(page.writes().map(({ path, body }) => ({ path, body }))).toEqual([
    {
      path: "/prefect/connections/test",
      body: { connection_id: null, base_url: "http://127.0.0.1:4200/api", credentials },
    },
    {
      path: "/prefect/connections",
      body: {
        name: "Mine",
        base_url: "http://127.0.0.1:4200/api",
        ui_url: null,
        filter_tags: ["a", "b"],
        filter_deployment_ids: [],
        credentials,
      },
    },
  ]);
});

test("what was found is gone once the address is another", async () => {
  verdict = {
    ...goodVerdict,
    is_ok: false,
    code: "prefect_unreachable",
    sentence: "Nothing listens at 127.0.0.1:4200.",
    advice: "Start Prefect there, or check the port.",
    version_found: null,
    answered_in_ms: null,
    has_events: null,
    run_count: null,
    deployment_count: null,
  };
  connections = [];
  await show();
  const dialog = await openDialog("Add a connection", "Add a connection");
  await userEvent.click(dialog.getByRole("button", { name: "Test" }));
  expect(await dialog.findByText("Nothing listens at 127.0.0.1:4200.")).toBeTruthy();
  expect(dialog.getByText("Start Prefect there, or check the port.")).toBeTruthy();
  await userEvent.type(dialog.getByLabelText("Name"), "x");
  expect(dialog.getByText("Nothing listens at 127.0.0.1:4200.")).toBeTruthy();
  await userEvent.type(dialog.getByLabelText("Address of Prefect's API"), "/x");
  expect(dialog.queryByText("Nothing listens at 127.0.0.1:4200.")).toBeNull();
});

test("an edited one keeps its secret when nothing is typed, and lets its deployments be chosen", async () => {
  connections = [{ ...sampleConnection, auth_kind: "bearer", filter_deployment_ids: ["gone-0000-1111"] }];
  const page = await show();
  const dialog = await openDialog("Edit", /Edit “Production”/);
  expect(dialog.getByText("Stored, never shown. Leave it empty to keep it.")).toBeTruthy();
  await userEvent.click(await dialog.findByLabelText(/write-course\/course-generation/));
  await userEvent.click(dialog.getByLabelText(/Prefect does not know it any more/));
  await userEvent.click(dialog.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(page.writes()).toHaveLength(1));
  expect(page.writes()[0]?.body).toEqual({
    name: "Production",
    base_url: sampleConnection.base_url,
    ui_url: null,
    filter_tags: [],
    filter_deployment_ids: [sampleDeployment.id],
  });
  expect(page.asked.some(({ path }) => path.endsWith("/deployments?all=true"))).toBe(true);
});

test("what the server refuses stands beside its field, with what was typed still there", async () => {
  const issues = [{ field: "base_url", message: "must not point to itself" }];
  refuse = () => refusal(422, "validation_failed", "The request is not valid", "One field is wrong.", issues);
  await show();
  const dialog = await openDialog("Edit", /Edit “Production”/);
  await userEvent.type(dialog.getByLabelText("Name"), " 2");
  await userEvent.click(dialog.getByRole("button", { name: "Save" }));
  expect(await dialog.findByText("The server refused this: must not point to itself.")).toBeTruthy();
  expect(dialog.getByLabelText<HTMLInputElement>("Name").value).toBe("Production 2");
  refuse = () => refusal(409, "connection_limit_reached", "No more connections", "There are 50 connections.");
  await userEvent.click(dialog.getByRole("button", { name: "Save" }));
  expect((await dialog.findByRole("alert")).textContent).toContain("There are 50 connections.");
});

test("a stored one is tested in its row", async () => {
  const page = await show();
  await userEvent.click(await screen.findByRole("button", { name: "Test" }));
  expect(await screen.findByText(goodVerdict.sentence)).toBeTruthy();
  expect(page.writes()[0]?.path).toBe(`/prefect/connections/${sampleConnection.id}/test`);
});

test("an idle one is switched off at once, one with runs only after a question", async () => {
  const page = await show();
  await userEvent.click(await screen.findByRole("switch", { name: "Watch: Production" }));
  await waitFor(() => expect(page.writes()[0]?.body).toEqual({ is_enabled: false }));
  expect(await screen.findByText("disabled")).toBeTruthy();
  cleanup();
  connections = [{ ...sampleConnection, live_runs: 2 }];
  const busy = await show();
  await userEvent.click(await screen.findByRole("switch", { name: "Watch: Production" }));
  const question = within(screen.getByRole("dialog", { name: "Stop watching this connection?" }));
  expect(question.getByText(/2 runs of “Production” have not ended/)).toBeTruthy();
  expect(busy.writes()).toEqual([]);
  await userEvent.click(question.getByRole("button", { name: "Switch it off" }));
  await waitFor(() => expect(busy.writes()[0]?.body).toEqual({ is_enabled: false }));
});

test("one is removed only after its consequences were read", async () => {
  const page = await show();
  await userEvent.click(await screen.findByRole("menuitem", { name: "Remove…", hidden: true }));
  const question = within(screen.getByRole("dialog", { name: "Remove this connection?" }));
  expect(question.getByText(/credentials are wiped. What was seen stays/)).toBeTruthy();
  expect(page.writes()).toEqual([]);
  await userEvent.click(question.getByRole("button", { name: "Remove the connection" }));
  await waitFor(() => expect(page.writes()[0]?.method).toBe("DELETE"));
  expect(await screen.findByText("“Production” is removed.")).toBeTruthy();
  expect(await screen.findByText("Generation that runs on Prefect shows here, beside our own")).toBeTruthy();
});

test("one that is set by the environment says so instead of being edited or removed", async () => {
  connections = [{ ...sampleConnection, is_from_environment: true }];
  await show();
  const edit = await screen.findByRole("button", { name: /^Edit/ });
  expect(edit.getAttribute("aria-disabled")).toBe("true");
  expect(edit.getAttribute("title")).toContain("environment variables");
  expect(screen.getByText("COURSEWRIGHT_PREFECT_URL")).toBeTruthy();
  expect(screen.queryByRole("menuitem", { name: "Remove…", hidden: true })).toBeNull();
  expect(screen.getByRole("switch", { name: "Watch: Production" })).toBeTruthy();
});
