import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import { FaultPage } from "./FaultPage.tsx";

afterEach(cleanup);

test("the page is not loaded again while the server does not answer, and says so", async () => {
  render(<FaultPage error={new Error("chunk missing")} reset={() => undefined} />);
  await userEvent.click(screen.getByRole("button", { name: "Load the page again" }));
  expect(await screen.findByText(/does not answer yet, so the page stays as it is/)).toBeTruthy();
});
