import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Connection, Deployment } from "../../../api/engine-rows.ts";
import { downConnection, pendingLaunch, sampleConnection, sampleDeployment } from "../engine-fixtures.ts";
import { type Asked, refusal, renderWithServer, teachDialogs } from "../render-with-server.tsx";
import { LaunchDialog } from "./LaunchDialog.tsx";

beforeAll(teachDialogs);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const unit = { id: "u1", title: "Tides", hasLessons: true };

type Setup = {
  connections?: Connection[];
  deployments?: Deployment[];
  launch?: (asked: Asked) => unknown;
  makeUnit?: () => Promise<string>;
  isNew?: boolean;
};

function show(setup: Setup = {}) {
  const {
    connections = [sampleConnection],
    deployments = [sampleDeployment],
    makeUnit,
    isNew = false,
  } = setup;
  const accept = ({ body }: Asked) => ({ unit_id: body.unit_id, task_id: "t1", action: pendingLaunch });
  const launch = setup.launch ?? accept;
  return renderWithServer(
    <LaunchDialog
      unit={isNew ? { id: null, title: "", hasLessons: false } : unit}
      connections={connections}
      open
      onClose={() => undefined}
      makeUnit={makeUnit}
    />,
    (asked) => (asked.path.endsWith("/launch") ? launch(asked) : deployments),
  );
}

const send = () =>
  userEvent.click(screen.getByRole("button", { name: /^(Generate on Prefect|Create and generate)$/ }));

test("the only deployment is chosen, further parameters are sent beside it, and the unit's page follows", async () => {
  const page = await show();
  await screen.findByRole("radio", { checked: true });
  expect(screen.queryByLabelText("Connection")).toBeNull();
  await userEvent.click(screen.getByLabelText("Further parameters"));
  await userEvent.paste('{"variant": "slow"}');
  await send();
  await waitFor(() => expect(page.address()).toBe("/units/u1"));
  expect(page.writes()).toEqual([
    {
      method: "POST",
      path: `/prefect/connections/${sampleConnection.id}/launch`,
      body: { unit_id: "u1", deployment_id: sampleDeployment.id, parameters: { variant: "slow" } },
    },
  ]);
  expect(screen.getByText("Prefect “Production” is asked to start.")).toBeTruthy();
});

test("what is no JSON is said beside its field and not sent", async () => {
  const page = await show();
  await screen.findByRole("radio", { checked: true });
  await userEvent.click(screen.getByLabelText("Further parameters"));
  await userEvent.paste("{variant}");
  expect(screen.queryByText(/This is not JSON/)).toBeNull();
  await send();
  expect(screen.getByText(/This is not JSON/)).toBeTruthy();
  expect(page.writes()).toEqual([]);
});

test("deployments say when nobody fetches their runs, when they are paused and when no lesson comes back", async () => {
  const idle = { ...sampleDeployment, id: "idle", name: "idle", is_ready: false, is_paused: true };
  const foreign = { ...sampleDeployment, id: "foreign", name: "foreign", parameters: [] };
  await show({ deployments: [idle, foreign] });
  const choices = await screen.findAllByRole("radio");
  const [first, second] = choices.map((choice) => choice.closest("label")?.textContent ?? "");
  expect(first).toContain("Not ready: nothing has fetched its runs");
  expect(first).toContain("Paused in Prefect");
  expect(second).toContain("lessons do not come back");
  expect(second).not.toContain("Not ready");
});

test("without a deployment the dialog says how to get one", async () => {
  await show({ deployments: [] });
  expect(await screen.findByText(/has no deployments yet/)).toBeTruthy();
  const send = screen.getByRole("button", { name: /^Generate on Prefect/ });
  expect(send.getAttribute("title")).toBe("There is no deployment that could be started.");
});

test("deployments that cannot be read are asked for again, and then one can be started", async () => {
  let isAway = true;
  const page = await renderWithServer(
    <LaunchDialog unit={unit} connections={[sampleConnection]} open onClose={() => undefined} />,
    () =>
      isAway
        ? refusal(502, "prefect_unreachable", "Prefect cannot be reached", "Nothing listens there.")
        : [sampleDeployment],
  );
  expect((await screen.findByRole("alert")).textContent).toContain("Nothing listens there.");
  const blocked = screen.getByRole("button", { name: /^Generate on Prefect/ });
  expect(blocked.getAttribute("aria-disabled")).toBe("true");
  isAway = false;
  await userEvent.click(screen.getByRole("button", { name: "Ask again" }));
  await screen.findByRole("radio", { checked: true });
  expect(blocked.getAttribute("aria-disabled")).toBeNull();
  expect(page.writes()).toEqual([]);
});

test("one of several connections is chosen, and one that is out says what follows", async () => {
  const second = { ...downConnection, id: "c2", name: "Spare" };
  const page = await show({ connections: [second, sampleConnection] });
  const choice = screen.getByLabelText<HTMLSelectElement>("Connection");
  expect(choice.value).toBe(sampleConnection.id);
  expect(within(choice).getByText("Spare (down)")).toBeTruthy();
  expect(screen.queryByText(/waits for half an hour/)).toBeNull();
  await userEvent.selectOptions(choice, "c2");
  expect(screen.getByText(/waits for half an hour/)).toBeTruthy();
  await waitFor(() => expect(page.asked.at(-1)?.path).toBe("/prefect/connections/c2/deployments"));
});

test("a refusal stays in the dialog in the server's words", async () => {
  const words = "A task of this unit is still running. Wait for its end or cancel it first.";
  const page = await show({
    launch: () => refusal(409, "unit_not_launchable", "The unit cannot be generated now", words),
  });
  await screen.findByRole("radio", { checked: true });
  await send();
  expect((await screen.findByRole("alert")).textContent).toContain(words);
  expect(page.address()).toBe("/");
});

test("a new unit is made once, also when the launch is refused the first time", async () => {
  const makeUnit = vi.fn(async () => "made");
  let refusals = 1;
  const page = await show({
    isNew: true,
    makeUnit,
    launch: ({ body }) =>
      refusals-- > 0
        ? refusal(409, "connection_disabled", "The connection is disabled", "Enable it first.")
        : { unit_id: body.unit_id, task_id: "t1", action: pendingLaunch },
  });
  await screen.findByRole("radio", { checked: true });
  await send();
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("The unit is saved as a draft");
  expect(within(alert).getByRole("link").getAttribute("href")).toBe("/units/made");
  await send();
  await waitFor(() => expect(page.address()).toBe("/units/made"));
  expect(makeUnit).toHaveBeenCalledTimes(1);
});
