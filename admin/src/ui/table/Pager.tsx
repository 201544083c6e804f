import { useRef } from "react";
import { Icon } from "../icon/Icon.tsx";
import { Button } from "../page/Button.tsx";
import { formatCount } from "../value/format.ts";
import "./data-table.css";
import { useNearEnd } from "./near-end.ts";

type PagerProps = {
  shown: number;
  /** As the server counted, possibly capped: `1234` or `10000+`. */
  total: string | null;
  hasOlder: boolean;
  loadingOlder: boolean;
  /** Why the last page did not come. */
  olderError: Error | null;
  onOlder: () => void;
};

/** Writes a server's total for people: `10000+` becomes `10,000+`. */
export function formatTotal(total: string): string {
  const capped = total.endsWith("+");
  const count = Number.parseInt(total, 10);
  return Number.isNaN(count) ? total : `${formatCount(count)}${capped ? "+" : ""}`;
}

/** How much of a list is shown. The next page comes by itself near the end, and by a button for whoever does not scroll. */
export function Pager({ shown, total, hasOlder, loadingOlder, olderError, onOlder }: PagerProps) {
  const foot = useRef<HTMLElement>(null);
  useNearEnd(foot, hasOlder && !loadingOlder && olderError === null, shown, onOlder);
  const known = total === null ? "" : ` of ${formatTotal(total)}`;
  return (
    <footer className="card-foot" ref={foot}>
      <span>
        {formatCount(shown)}
        {known} shown
      </span>
      <span className="spacer" />
      {olderError !== null && <span role="status">The older rows did not come: {olderError.message}</span>}
      {hasOlder && (
        <Button busy={loadingOlder} onClick={onOlder}>
          {olderError === null ? "Show older" : "Try again"}
        </Button>
      )}
    </footer>
  );
}

type NewRowsPillProps = { count: number; one: string; many: string; onShow: () => void };

/** New rows wait behind this while the reader is away from the top. */
export function NewRowsPill({ count, one, many, onShow }: NewRowsPillProps) {
  return (
    <div className="new-rows" aria-live="polite">
      {count > 0 && (
        <button type="button" onClick={onShow}>
          <Icon name="up" small />
          {formatCount(count)} new {count === 1 ? one : many}
        </button>
      )}
    </div>
  );
}
