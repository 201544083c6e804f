import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { SessionContext } from "../../api/session/session-context.ts";
import { sessionOf } from "../../api/session/session-fixtures.ts";
import { ToastRegion } from "../../ui/overlay/ToastRegion.tsx";
import { RoleButton } from "./RoleButton.tsx";

afterEach(cleanup);

test("a role that may not do it finds the button in its place, reachable and with the reason", async () => {
  const press = vi.fn();
  render(
    <SessionContext value={sessionOf("viewer")}>
      <RoleButton least="operator" disabledReason="Not now." onClick={press}>
        Retry
      </RoleButton>
      <ToastRegion />
    </SessionContext>,
  );
  const button = screen.getByRole("button", { name: /^Retry/ });
  await userEvent.tab();
  expect(document.activeElement).toBe(button);
  await userEvent.click(button);
  expect(press).not.toHaveBeenCalled();
  const reason = "Your role, viewer, may not do this: ask an operator or administrator.";
  expect(button.title).toBe(reason);
  const remarks = screen.getByRole("region", { name: "Remarks" });
  expect(remarks.textContent, "a finger finds no tooltip").toContain(reason);
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
