import { Outlet } from "@tanstack/react-router";
import { usePerson } from "../../api/session/use-session.ts";
import { Button } from "../../ui/page/Button.tsx";
import { Notice } from "../../ui/page/ErrorBlock.tsx";
import { StandAlone } from "./StandAlone.tsx";
import { useRoleWatch } from "./use-role-watch.ts";
import { useSignOut } from "./use-sign-out.ts";

/** The account page by itself, for somebody who has to set up a second factor before anything else. */
export function OwedFactorFrame() {
  useRoleWatch();
  const { email, role } = usePerson();
  const { leave, leaving } = useSignOut();
  return (
    <StandAlone wide>
      <Notice
        tone="warn"
        icon="triangle"
        title="Set up a second factor first"
        actions={
          <Button busy={leaving} onClick={leave}>
            Sign out
          </Button>
        }
      >
        <p>
          {email === null ? "Your account" : email} has the role {role}, and this server asks that role for a
          second factor: a code from an app on your phone besides the password. Until it is set up, nothing
          else is open to you. It takes a minute.
        </p>
      </Notice>
      <Outlet />
    </StandAlone>
  );
}
