import type { LlmRequestDetail } from "../../../api/detail-rows.ts";
import { Card } from "../../../ui/page/Card.tsx";
import {
  draftOf,
  type ReplayField,
  replayFieldsOf,
  replayFieldWords,
  replayTexts,
} from "../replay/replay-form.ts";
import "./compare.css";
import { DifferenceView } from "./DifferenceView.tsx";

type Edit = { field: ReplayField; before: string; after: string };

/** What one request asked differently from another, field by field. */
function editsBetween(before: LlmRequestDetail, after: LlmRequestDetail): Edit[] {
  const [first, second] = [draftOf(before), draftOf(after)];
  return replayFieldsOf(before.request === null ? before : after)
    .map((field) => ({ field, before: first[field], after: second[field] }))
    .filter((edit) => edit.before !== edit.after);
}

/** What was changed before the request was sent again. */
export function EditsCard({ before, after }: { before: LlmRequestDetail; after: LlmRequestDetail }) {
  const edits = editsBetween(before, after);
  if (edits.length === 0) {
    return (
      <Card title="What was asked" padded>
        <p className="text-2">
          {before.request === null || after.request === null
            ? "Its settings are the same. The texts are too long to be laid side by side here."
            : "The same: nothing was changed before it was sent."}
        </p>
      </Card>
    );
  }
  return (
    <Card title="What was asked differently" padded>
      <dl className="edits">
        {edits.map((edit) => (
          <div key={edit.field}>
            <dt className="text-3">{replayFieldWords[edit.field]}</dt>
            <dd>
              <EditWords edit={edit} />
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function EditWords({ edit }: { edit: Edit }) {
  if (replayTexts.includes(edit.field)) {
    return (
      <DifferenceView
        before={edit.before.split("\n")}
        after={edit.after.split("\n")}
        label={replayFieldWords[edit.field]}
      />
    );
  }
  return (
    <>
      <del>{edit.before === "" ? "left out" : edit.before}</del>{" "}
      <ins>{edit.after === "" ? "left out" : edit.after}</ins>
    </>
  );
}
