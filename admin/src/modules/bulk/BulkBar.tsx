import type { Query } from "../../api/client.ts";
import { Button, IconButton } from "../../ui/page/Button.tsx";
import { formatTotal } from "../../ui/table/Pager.tsx";
import type { RowSelection } from "../../ui/table/row-selection.ts";
import { formatCount } from "../../ui/value/format.ts";
import { RoleButton } from "../session/public.ts";
import "./bulk.css";
import { BulkDialog, useBulkQuestion } from "./BulkDialog.tsx";
import type { BulkEntity, BulkVerb } from "./bulk-api.ts";
import { filterOf, selectAllWords, selectionRefusal, verbWordsOf } from "./bulk-words.ts";

type BulkBarProps = {
  entity: BulkEntity;
  selection: RowSelection;
  /** The filters in force on the list: what "all that match" means. */
  filters: Query;
  /** As the server counted, possibly capped: `1234` or `10000+`. */
  total: string | null;
};

const actions: readonly BulkVerb[] = ["resume", "retry", "cancel"];

/** Stands at the head of a list while rows are selected: how many, all that match, and what to do with them. */
export function BulkBar({ entity, selection, filters, total }: BulkBarProps) {
  const { question, ask, close } = useBulkQuestion();
  const count = selection.selected.size;
  if (count === 0 && !selection.isAllMatching) return null;
  const what = selection.isAllMatching ? { filter: filterOf(filters) } : { ids: [...selection.selected] };
  const refusal = selectionRefusal(count, selection.isAllMatching);
  const all = total === null ? null : Number.parseInt(total, 10);
  const moreMatch = !selection.isAllMatching && all !== null && all > count;
  return (
    <>
      <section className="bulk-bar" aria-label="Selected rows">
        <span className="strong no-wrap" role="status">
          {selection.isAllMatching
            ? `All ${formatTotal(total ?? "")} selected`
            : `${formatCount(count)} selected`}
        </span>
        {moreMatch && total !== null && (
          <Button look="quiet" onClick={selection.selectAllMatching}>
            {selectAllWords(total)}
          </Button>
        )}
        <span className="bulk-bar-actions">
          {actions.map((action) => (
            <RoleButton
              least="operator"
              key={action}
              look={action === "cancel" ? "danger" : "plain"}
              disabledReason={refusal}
              onClick={() => ask({ action, entity, ...what })}
            >
              {verbWordsOf(action).button}
            </RoleButton>
          ))}
        </span>
        <IconButton icon="close" label="Clear the selection" onClick={selection.clear} />
      </section>
      {question !== null && (
        <BulkDialog key={question.askedAt} question={question} onClose={close} onStarted={selection.clear} />
      )}
    </>
  );
}
