import { cleanup, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { renderWithAnswers } from "../engines/runs/render-with-answers.tsx";
import { RunProvenance } from "./RunProvenance.tsx";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const lesson = { unit_id: "u", flow_run_id: "r", created_at: "2026-11-21T12:04:31.000Z" };
const run = {
  id: "r",
  flow_name: "write-course",
  status: "completed",
  connection_id: "c",
  connection_name: "cellar",
  external_run_name: "brave-otter",
  external_url: "http://prefect:4200/runs/flow-run/5a1e6d0c",
};

test("a lesson that Prefect returned names the run that wrote it and the way there", async () => {
  renderWithAnswers(<RunProvenance lesson={lesson} />, { "/content/units/u/flow-runs": [run] });
  const link = await screen.findByRole("link", { name: "brave-otter" });
  expect(link.getAttribute("href")).toBe("/flows/r");
  expect(screen.getByText(/written by Prefect run/)).toBeTruthy();
  expect(screen.getByRole("link", { name: "Open the run in Prefect" }).getAttribute("href")).toBe(
    run.external_url,
  );
});

test("a lesson of our own workers says nothing of Prefect", async () => {
  const read = vi.fn(() => [{ ...run, connection_id: null }]);
  renderWithAnswers(<RunProvenance lesson={lesson} />, { "/content/units/u/flow-runs": read });
  await waitFor(() => expect(read).toHaveBeenCalled());
  expect(screen.queryByText(/Prefect/)).toBeNull();
});
