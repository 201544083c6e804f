import { Icon } from "../icon/Icon.tsx";
import { useShortcut } from "../shortcut/use-shortcut.ts";
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

/** Fetches the page's data again: by click, or by the `r` key anywhere outside a field. Spins while it does. */
export function ReloadButton({ onReload, reloading, loadedAt }: ReloadButtonProps) {
  useShortcut("reload", () => {
    if (!reloading) onReload();
  });
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
