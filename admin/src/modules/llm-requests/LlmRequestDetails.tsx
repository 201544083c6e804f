import { useParams } from "@tanstack/react-router";
import type { LlmRequestDetail } from "../../api/detail-rows.ts";
import { useItemQuery } from "../../api/item-query.ts";
import { useLiveRefresh, useLiveState } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import { paths } from "../../paths.ts";
import { Segmented } from "../../ui/disclosure/Tabs.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { useSearchParams } from "../../ui/link/search-params.ts";
import { Card } from "../../ui/page/Card.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { ErrorBlock } from "../../ui/page/ErrorBlock.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { SkeletonBlock } from "../../ui/page/Skeleton.tsx";
import { LongText } from "../../ui/value/LongText.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { useNeighbours } from "../lists/public.ts";
import { AnswerCard } from "./AnswerCard.tsx";
import { Conversation } from "./Conversation.tsx";
import { CopyCurl } from "./CopyCurl.tsx";
import { CompareView } from "./compare/CompareView.tsx";
import { MeasureTable } from "./compare/MeasureTable.tsx";
import "./conversation.css";
import { RawExchange } from "./RawExchange.tsx";
import { RequestAttempts } from "./RequestAttempts.tsx";
import { RequestFacts } from "./RequestFacts.tsx";
import { RequestServed } from "./RequestServed.tsx";
import { ReplayButton } from "./replay/ReplayButton.tsx";
import { ReplayMark } from "./replay/ReplayMark.tsx";
import { ReplaysCard } from "./replay/ReplaysCard.tsx";

/** One call to a model: the conversation as it was, the answer as it came, and what it used. */
export function LlmRequestDetails() {
  const { id } = useParams({ strict: false });
  const detail = useItemQuery<LlmRequestDetail>(id === undefined ? null : `/llm/requests/${id}`);
  const neighbours = useNeighbours("llm-requests", id ?? "");
  const request = detail.data;
  const stepRunId = request?.step_run_id ?? null;
  useLiveRefresh(
    (change) =>
      change.id === id ||
      (stepRunId !== null && change.parents.step_run_id === stepRunId) ||
      (change.entity === "llm_request" && change.patch?.replay_of_request_id === id),
    detail.reload,
  );
  useDocumentTitle(request?.step_name ?? "LLM request");
  return (
    <>
      <PageHeader
        title="LLM request"
        breadcrumbs={breadcrumbsOf(request, neighbours.listHref)}
        neighbours={neighbours}
        status={request?.status}
        id={id}
        live={useLiveState()}
        actions={
          request !== undefined && (
            <>
              <ReplayButton key={request.id} request={request} />
              <CopyCurl request={request} />
            </>
          )
        }
        onReload={detail.reload}
        reloading={detail.reloading}
        loadedAt={detail.loadedAt}
      />
      <DataStates
        data={request}
        failure={detail.error === null ? null : describeError(detail.error)}
        skeleton={<SkeletonBlock lines={12} label="Loading the request" />}
        onReload={detail.reload}
        reloading={detail.reloading}
      >
        {(shown) => <RequestContent key={shown.id} request={shown} onReload={detail.reload} />}
      </DataStates>
    </>
  );
}

const views = [
  { value: "", word: "Conversation" },
  { value: "raw", word: "Raw" },
];

function RequestContent({ request, onReload }: { request: LlmRequestDetail; onReload: () => void }) {
  const [search, change] = useSearchParams();
  if (search.compare !== undefined && search.compare !== "") {
    return <CompareView request={request} compare={search.compare} onReload={onReload} />;
  }
  const view = search.view === "raw" ? "raw" : "";
  return (
    <div className="two-columns">
      <div className="stack">
        <ReplayMark request={request} />
        <section className="card" aria-label="Conversation">
          <div className="request-head">
            <RequestAttempts request={request} />
            <Segmented
              label="How it is shown"
              options={views}
              value={view}
              onChange={(value) => change({ view: value })}
            />
          </div>
          <RequestFailure request={request} />
          {view === "raw" ? <RawExchange request={request} /> : <Conversation request={request} />}
        </section>
        {view === "" && <AnswerCard request={request} />}
        {request.siblings.length > 1 && (
          <Card title="Attempts side by side">
            <MeasureTable label="Attempts of this step in numbers" columns={attemptColumnsOf(request)} />
          </Card>
        )}
      </div>
      <aside className="stack">
        <RequestFacts request={request} />
        <ReplaysCard request={request} />
        <RequestServed request={request} />
      </aside>
    </div>
  );
}

function attemptColumnsOf({ siblings }: LlmRequestDetail) {
  return siblings.map((sibling, position) => ({
    key: sibling.id,
    title: `Attempt ${position + 1}`,
    request: sibling,
  }));
}

function RequestFailure({ request }: { request: LlmRequestDetail }) {
  const inDoubt = request.status === "in_doubt";
  if (request.error_message === null && !inDoubt) return null;
  const answered = request.response !== null && request.response !== undefined;
  return (
    <div className="request-failure">
      <ErrorBlock
        title={<LongText text={request.error_message ?? "Nobody knows what became of this request"} />}
        raw={[request.http_status, request.error_code].filter((part) => part !== null).join(" ")}
      >
        {inDoubt && (
          <p>It was sent, and the process that waited for the answer died. It may have been charged.</p>
        )}
        {answered && <p>The raw answer is kept below as it came.</p>}
      </ErrorBlock>
    </div>
  );
}

function breadcrumbsOf(request: LlmRequestDetail | undefined, listHref: string) {
  const list = (
    <AppLink key="list" href={listHref}>
      LLM Requests
    </AppLink>
  );
  if (request === undefined) return [list, "one request"];
  const trail = [list];
  if (request.unit_id !== null) {
    trail.push(
      <AppLink key="unit" href={paths.unit(request.unit_id)}>
        {shortName(request.unit_title ?? "unit")}
      </AppLink>,
    );
  }
  if (request.flow_run_id !== null) {
    trail.push(
      <AppLink key="run" href={paths.flowRun(request.flow_run_id)}>
        {request.flow_name}
      </AppLink>,
    );
  }
  return [...trail, request.step_name ?? request.kind];
}
