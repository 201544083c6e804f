import { Icon } from "../../ui/icon/Icon.tsx";
import { useSignOut } from "./use-sign-out.ts";

/** The entry of the account menu that ends the session. */
export function SignOutItem() {
  const { leave, leaving } = useSignOut();
  return (
    <button
      type="button"
      className="menu-item"
      aria-disabled={leaving || undefined}
      onClick={(event) => {
        event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover();
        if (!leaving) leave();
      }}
    >
      <Icon name="leave" />
      Sign out
    </button>
  );
}
