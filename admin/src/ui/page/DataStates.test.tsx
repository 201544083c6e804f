import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { DataStates } from "./DataStates.tsx";

afterEach(cleanup);

const failure = { title: "The server does not answer", text: "Nothing is lost.", raw: null };

function show(data: string[] | undefined, problem: typeof failure | null) {
  render(
    <DataStates
      data={data}
      failure={problem}
      skeleton={<p>waiting</p>}
      onReload={() => undefined}
      reloading={false}
    >
      {(rows) => (rows.length === 0 ? <p>nothing yet</p> : <p>{rows.join()}</p>)}
    </DataStates>,
  );
}

test("waiting, failed, empty and filled look different", () => {
  show(undefined, null);
  expect(screen.getByText("waiting")).toBeTruthy();
  cleanup();
  show(undefined, failure);
  expect(screen.getByRole("alert").textContent).toContain("The server does not answer");
  expect(screen.queryByText("nothing yet")).toBeNull();
  cleanup();
  show([], null);
  expect(screen.getByText("nothing yet")).toBeTruthy();
});

test("a failed refresh keeps the rows and says that they are old", () => {
  show(["Tides"], failure);
  expect(screen.getByText("Tides")).toBeTruthy();
  expect(screen.getByText("This could not be brought up to date")).toBeTruthy();
});
