import type { ReactNode } from "react";
import { useMay } from "../../api/session/use-session.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { showToast } from "../../ui/overlay/toasts.ts";
import { isUnder, type NavigationEntry } from "./navigation-entries.ts";

type EntryLinkProps = {
  entry: NavigationEntry;
  pathname: string;
  /** In the sheet of further pages, which closes behind it. */
  inMenu?: boolean;
  children: ReactNode;
};

/** The way to one of the six tabs; where the role may not open it, it stays in its place and says why. */
export function EntryLink({ entry, pathname, inMenu = false, children }: EntryLinkProps) {
  const { reason } = useMay(entry.least ?? "viewer");
  if (reason !== undefined) {
    return (
      <button
        type="button"
        className={inMenu ? "menu-item entry-disabled" : "entry-disabled"}
        aria-disabled="true"
        title={reason}
        onClick={() => showToast({ tone: "idle", words: reason })}
      >
        {children}
        <span className="visually-hidden">: {reason}</span>
      </button>
    );
  }
  return (
    <AppLink
      href={entry.href}
      className={inMenu ? "menu-item" : undefined}
      aria-current={isUnder(pathname, entry.href) ? "page" : undefined}
      onClick={(event) => event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover()}
    >
      {children}
    </AppLink>
  );
}
