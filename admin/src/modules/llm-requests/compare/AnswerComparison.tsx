import { useMemo } from "react";
import type { LlmRequestDetail } from "../../../api/detail-rows.ts";
import { Segmented } from "../../../ui/disclosure/Tabs.tsx";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { Card } from "../../../ui/page/Card.tsx";
import { AnswerPane } from "../AnswerCard.tsx";
import { answerOf } from "../answer.ts";
import "./compare.css";
import { DifferenceView } from "./DifferenceView.tsx";
import { jsonLinesOf } from "./difference.ts";

/** A request under the name it has in a comparison. */
export type Side = { title: string; request: LlmRequestDetail };

const views = [
  { value: "", word: "Side by side" },
  { value: "changes", word: "Changes" },
];

/** Two answers: beside each other, or as the changes from the first to the second. */
export function AnswerComparison({ left, right }: { left: Side; right: Side }) {
  const [search, change] = useSearchParams();
  const isText = left.request.kind === "text" || left.request.kind === "object";
  const view = isText && search.answers === "changes" ? "changes" : "";
  const switcher = isText && (
    <Segmented
      label="How the answers are shown"
      options={views}
      value={view}
      onChange={(value) => change({ answers: value })}
    />
  );
  return (
    <Card title="Answers" actions={switcher}>
      {view === "changes" ? (
        <div className="compare-pad">
          <Changes left={left.request} right={right.request} label={`From ${left.title} to ${right.title}`} />
        </div>
      ) : (
        <div className="answer-pair compare-pair">
          {[left, right].map((side) => (
            <div key={side.request.id}>
              <AnswerPane title={side.title} request={side.request} />
            </div>
          ))}
        </div>
      )}
    </Card>
  );
}

type ChangesProps = { left: LlmRequestDetail; right: LlmRequestDetail; label: string };

function Changes({ left, right, label }: ChangesProps) {
  const [before, after] = useMemo(() => linesOf(left.response, right.response), [left, right]);
  if (!hasAnswer(left) || !hasAnswer(right)) {
    return <p className="text-2">There are not two answers to lay side by side.</p>;
  }
  return <DifferenceView before={before} after={after} label={label} />;
}

/** An error body is no answer, and one that is too big to come along cannot be laid beside another. */
function hasAnswer(request: LlmRequestDetail): boolean {
  const whole = request.status === "completed" || request.error_code === "answer_invalid";
  return whole && answerOf(request.response).kind !== "none";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Prose stays prose.
    return undefined;
  }
}

/** Both answers as lines: JSON laid out alike on both sides when both are JSON, else the texts as they are. */
function linesOf(left: unknown, right: unknown): [string[], string[]] {
  const values = [left, right].map((response) => {
    const answer = answerOf(response);
    if (answer.kind === "object") return answer.value;
    return answer.kind === "text" ? parsed(answer.text) : undefined;
  });
  const structured = values.every((value) => typeof value === "object" && value !== null);
  if (structured) return jsonLinesOf(values[0], values[1]);
  const text = (response: unknown) => {
    const answer = answerOf(response);
    if (answer.kind === "text") return answer.text.split("\n");
    return answer.kind === "object" ? (JSON.stringify(answer.value, null, 2) ?? "").split("\n") : [];
  };
  return [text(left), text(right)];
}
