import { useEffect } from "react";
import { Icon } from "../icon/Icon.tsx";
import { formatClock } from "../value/format.ts";
import "./button.css";
import "./page-header.css";

type ReloadButtonProps = {
  onReload: () => void;
  /** True while the page's data is being fetched again. */
  reloading: boolean;
  /** When the shown data was fetched, in milliseconds; undefined before the first answer. */
  loadedAt: number | undefined;
};

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches("input, textarea, select") ||
      target.closest("dialog") !== null)
  );
}

/** Fetches the page's data again: by click, or by the `r` key anywhere outside a field. Spins while it does. */
export function ReloadButton({ onReload, reloading, loadedAt }: ReloadButtonProps) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "r" || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (isTyping(event.target)) return;
      event.preventDefault();
      if (!reloading) onReload();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [onReload, reloading]);
  const asOf =
    loadedAt === undefined || loadedAt === 0 ? undefined : `as of ${formatClock(new Date(loadedAt))}`;
  return (
    <button
      type="button"
      className="button reload"
      aria-label="Reload"
      aria-busy={reloading}
      aria-keyshortcuts="r"
      title={asOf === undefined ? "Reload (r)" : `Reload (r), ${asOf}`}
      onClick={() => {
        if (!reloading) onReload();
      }}
    >
      <Icon name="reload" className={reloading ? "icon-spins" : ""} />
      <span className="hide-phone">Reload</span>
      {asOf !== undefined && <span className="reload-time hide-narrow">{asOf}</span>}
    </button>
  );
}
