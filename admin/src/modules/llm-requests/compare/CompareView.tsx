import type { LlmRequestDetail } from "../../../api/detail-rows.ts";
import { useItemQuery } from "../../../api/item-query.ts";
import { useLiveRefresh } from "../../../api/live/use-live.ts";
import { describeError } from "../../../api/problem.ts";
import { Tabs } from "../../../ui/disclosure/Tabs.tsx";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { Card } from "../../../ui/page/Card.tsx";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { SkeletonBlock } from "../../../ui/page/Skeleton.tsx";
import { StatusMark } from "../../../ui/status/StatusBadge.tsx";
import { answerNotesOf } from "../answer.ts";
import { AnswerComparison, type Side } from "./AnswerComparison.tsx";
import "./compare.css";
import { type Candidate, candidatesOf, chooseCandidate } from "./candidates.ts";
import { EditsCard } from "./EditsCard.tsx";
import { MeasureTable } from "./MeasureTable.tsx";
import { ReplayTask } from "./ReplayTask.tsx";

type CompareViewProps = { request: LlmRequestDetail; compare: string; onReload: () => void };

/** A request beside one of its replays or other attempts; each of them is a tab. */
export function CompareView({ request, compare, onReload }: CompareViewProps) {
  const [, change] = useSearchParams();
  const known = candidatesOf(request);
  const chosen = chooseCandidate(known, compare);
  const candidates = known.includes(chosen) ? known : [...known, chosen];
  const tabs = candidates.map((candidate) => ({
    key: candidate.key,
    title: (
      <>
        <StatusMark status={candidate.status} small />
        {candidate.title}
        {candidate.model !== null && <span className="text-3 hide-phone">{candidate.model}</span>}
      </>
    ),
    content: () => (
      <div className="stack compare-content">
        {candidate.taskId !== null && (
          <ReplayTask key={candidate.taskId} taskId={candidate.taskId} onMoved={onReload} />
        )}
        {candidate.requestId !== null && (
          <Comparison key={candidate.requestId} request={request} candidate={candidate} />
        )}
      </div>
    ),
  }));
  return (
    <div className="compare">
      <Tabs
        label="Compare with"
        tabs={tabs}
        selected={chosen.key}
        onSelect={(key) => change({ compare: key })}
        actions={
          <Button look="quiet" icon="close" onClick={() => change({ compare: "", answers: "" })}>
            Back to the request
          </Button>
        }
      />
    </div>
  );
}

function Comparison({ request, candidate }: { request: LlmRequestDetail; candidate: Candidate }) {
  const other = useItemQuery<LlmRequestDetail>(`/llm/requests/${candidate.requestId}`);
  useLiveRefresh((change) => change.id === candidate.requestId, other.reload);
  const self = titleOf(request);
  const swapped = isEarlierAttempt(request, candidate);
  return (
    <DataStates
      data={other.data}
      failure={other.error === null ? null : describeError(other.error)}
      skeleton={<SkeletonBlock lines={10} label={`Loading ${candidate.title}`} />}
      onReload={other.reload}
      reloading={other.reloading}
    >
      {(shown) => {
        const own = { title: self, request };
        const its = { title: candidate.title, request: shown };
        return <SideBySide left={swapped ? its : own} right={swapped ? own : its} />;
      }}
    </DataStates>
  );
}

function SideBySide({ left, right }: { left: Side; right: Side }) {
  return (
    <>
      <div className="compare-top">
        <Card title="Measured">
          <MeasureTable
            label={`${left.title} and ${right.title} in numbers`}
            columns={[columnOf(left.title, left.request), columnOf(right.title, right.request)]}
          />
        </Card>
        <EditsCard before={left.request} after={right.request} />
      </div>
      <AnswerComparison left={left} right={right} />
    </>
  );
}

/** Time runs from left to right, so an earlier attempt stands on the left. */
function isEarlierAttempt({ id, siblings }: LlmRequestDetail, candidate: Candidate): boolean {
  const positionOf = (wanted: string | null) => siblings.findIndex((sibling) => sibling.id === wanted);
  const position = positionOf(candidate.requestId);
  return position >= 0 && position < positionOf(id);
}

function columnOf(title: string, request: LlmRequestDetail) {
  const writes = request.kind === "text" || request.kind === "object";
  const finish = writes ? answerNotesOf(request.response).finishReason : undefined;
  return { key: request.id, title, request, finish };
}

function titleOf(request: LlmRequestDetail): string {
  if (request.siblings.length < 2) return request.replay_of_request_id === null ? "Original" : "This replay";
  return `Attempt ${request.siblings.findIndex(({ id }) => id === request.id) + 1}`;
}
