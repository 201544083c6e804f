import type { ComponentProps } from "react";
import type { Role } from "../../api/session/roles.ts";
import { useMay } from "../../api/session/use-session.ts";
import { ButtonLink } from "../../ui/link/ButtonLink.tsx";
import { Button } from "../../ui/page/Button.tsx";

type Gate = {
  /** The least role that may do this. */
  least: Exclude<Role, "learner">;
};

/** A button for those whose role may do what it does; for others it stays in its place, disabled, and says why. */
export function RoleButton({ least, disabledReason, ...rest }: ComponentProps<typeof Button> & Gate) {
  const { reason } = useMay(least);
  return <Button {...rest} disabledReason={reason ?? disabledReason} />;
}

/** A link that looks like a button, to a page where only some roles may do something. */
export function RoleLink({ least, disabledReason, ...rest }: ComponentProps<typeof ButtonLink> & Gate) {
  const { reason } = useMay(least);
  return <ButtonLink {...rest} disabledReason={reason ?? disabledReason} />;
}
