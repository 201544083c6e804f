import { Icon } from "../icon/Icon.tsx";
import { Button } from "../page/Button.tsx";
import { formatCount } from "../value/format.ts";
import "./data-table.css";

type PagerProps = {
  shown: number;
  /** As the server counted, possibly capped: `1234` or `10000+`. */
  total: string | null;
  hasOlder: boolean;
  loadingOlder: boolean;
  onOlder: () => void;
};

/** Writes a server's total for people: `10000+` becomes `10,000+`. */
export function formatTotal(total: string): string {
  const capped = total.endsWith("+");
  const count = Number.parseInt(total, 10);
  return Number.isNaN(count) ? total : `${formatCount(count)}${capped ? "+" : ""}`;
}

/** How much of a list is shown, and the button for the next page. */
export function Pager({ shown, total, hasOlder, loadingOlder, onOlder }: PagerProps) {
  const known = total === null ? "" : ` of ${formatTotal(total)}`;
  return (
    <footer className="card-foot">
      <span>
        {formatCount(shown)}
        {known} shown
      </span>
      <span className="spacer" />
      {hasOlder && (
        <Button busy={loadingOlder} onClick={onOlder}>
          Older
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
