import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { SessionContext } from "../../api/session/session-context.ts";
import { sessionOf } from "../../api/session/session-fixtures.ts";
import { RoleButton } from "./RoleButton.tsx";

afterEach(cleanup);

test("a role that may not do it finds the button in its place, reachable and with the reason", async () => {
  const press = vi.fn();
  render(
    <SessionContext value={sessionOf("viewer")}>
      <RoleButton least="operator" disabledReason="Not now." onClick={press}>
        Retry
      </RoleButton>
    </SessionContext>,
  );
  const button = screen.getByRole("button", { name: /^Retry/ });
  await userEvent.tab();
  expect(document.activeElement).toBe(button);
  await userEvent.click(button);
  expect(press).not.toHaveBeenCalled();
  expect(button.title).toBe("Your role, viewer, may not do this: ask an operator or administrator.");
});

test("for a role that may, other reasons still hold", async () => {
  const press = vi.fn();
  render(
    <SessionContext value={sessionOf("operator")}>
      <RoleButton least="operator" onClick={press}>
        Retry
      </RoleButton>
      <RoleButton least="operator" disabledReason="Not now.">
        Cancel
      </RoleButton>
    </SessionContext>,
  );
  await userEvent.click(screen.getByRole("button", { name: "Retry" }));
  expect(press).toHaveBeenCalledOnce();
  expect(screen.getByRole("button", { name: /^Cancel/ }).title).toBe("Not now.");
});
