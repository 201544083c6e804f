import type { BulkPreview } from "../../api/detail-rows.ts";
import { formatCount } from "../../ui/value/format.ts";
import "./bulk.css";
import type { BulkOrder } from "./bulk-api.ts";
import { describeFilter, estimateSentence, quantityOf, verbWordsOf } from "./bulk-words.ts";

/** What follows from the action: how many, what it costs, and what is left out and why. */
export function PreviewWords({ order, preview }: { order: BulkOrder; preview: BulkPreview }) {
  const { consequence } = verbWordsOf(order.action);
  const left = preview.matching - preview.eligible;
  return (
    <>
      {order.filter !== undefined && (
        <p className="text-2">
          {quantityOf(order.entity, preview.matching)}: {describeFilter(order.filter)}. What comes in later is
          not included.
        </p>
      )}
      {preview.eligible > 0 && (
        <div>
          <p>{consequence}</p>
          {order.action !== "cancel" && <p className="strong">{estimateSentence(preview.estimate)}</p>}
        </div>
      )}
      {left > 0 && (
        <section aria-label="Left out">
          <p className="text-2">
            {formatCount(left)} of {formatCount(preview.matching)} left as {left === 1 ? "it is" : "they are"}
            :
          </p>
          <ul className="bulk-skipped">
            {preview.skipped.map((skipped) => (
              <li key={`${skipped.code} ${skipped.reason}`}>
                <span className="bulk-skipped-count">{formatCount(skipped.count)}</span>
                <span className="text-2">{skipped.reason}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
