import type { UnitDetail } from "../../api/content-rows.ts";
import { ErrorBlock, Notice } from "../../ui/page/ErrorBlock.tsx";
import { formatQuantity } from "../../ui/value/format.ts";
import { LongText } from "../../ui/value/LongText.tsx";
import { unconfirmedFindings } from "./next-step/publish-words.ts";

/** What failed and what was left out, in the words of whoever noticed it. */
export function UnitTroubles({ unit }: { unit: UnitDetail }) {
  const { error_message, error_code, warnings } = unit;
  const rest = warnings.map((warning, position) => ({ ...warning, key: `warning-${position}` }));
  const list = (
    <ul className="unit-warnings">
      {rest.map((warning) => (
        <li key={warning.key}>
          <LongText text={warning.message} />
        </li>
      ))}
    </ul>
  );
  if (unit.status === "failed") {
    return (
      <ErrorBlock title="This unit could not be written" raw={error_code}>
        <p>
          <LongText text={error_message ?? "No reason was recorded."} />
        </p>
        {rest.length > 0 && list}
      </ErrorBlock>
    );
  }
  if (unit.status === "partial" || (error_message !== null && unit.status === "completed")) {
    return (
      <Notice tone="warn" icon="triangle" title="Something is missing" raw={error_code}>
        {rest.length > 0 ? (
          list
        ) : (
          <p>
            <LongText text={error_message ?? ""} />
          </p>
        )}
        <p>What is finished is kept and can be read below.</p>
      </Notice>
    );
  }
  if (rest.length === 0) return null;
  if (unconfirmedFindings(unit).length > 0) {
    return (
      <Notice tone="warn" icon="triangle" title="Look at this before you publish">
        {list}
      </Notice>
    );
  }
  return (
    <Notice tone="idle" icon="book" title={`${formatQuantity(rest.length, "remark")} from the making`}>
      {list}
    </Notice>
  );
}
