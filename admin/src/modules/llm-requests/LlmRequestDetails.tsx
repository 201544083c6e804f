import { useParams } from "@tanstack/react-router";
import type { LlmRequestDetail } from "../../api/detail-rows.ts";
import { useItemQuery } from "../../api/item-query.ts";
import { useLiveRefresh, useLiveState } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import { paths } from "../../paths.ts";
import { Segmented } from "../../ui/disclosure/Tabs.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { useSearchParams } from "../../ui/link/search-params.ts";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { ErrorBlock } from "../../ui/page/ErrorBlock.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { SkeletonBlock } from "../../ui/page/Skeleton.tsx";
import { AnswerCard } from "./AnswerCard.tsx";
import { Conversation } from "./Conversation.tsx";
import { CopyCurl } from "./CopyCurl.tsx";
import "./conversation.css";
import { RawExchange } from "./RawExchange.tsx";
import { RequestAttempts } from "./RequestAttempts.tsx";
import { RequestFacts } from "./RequestFacts.tsx";
import { RequestServed } from "./RequestServed.tsx";

/** One call to a model: the conversation as it was, the answer as it came, and what it used. */
export function LlmRequestDetails() {
  const { id } = useParams({ strict: false });
  const detail = useItemQuery<LlmRequestDetail>(id === undefined ? null : `/llm/requests/${id}`);
  const request = detail.data;
  const stepRunId = request?.step_run_id ?? null;
  useLiveRefresh(
    (change) => change.id === id || (stepRunId !== null && change.parents.step_run_id === stepRunId),
    detail.reload,
  );
  useDocumentTitle(request?.step_name ?? "LLM request");
  return (
    <>
      <PageHeader
        title="LLM request"
        breadcrumbs={breadcrumbsOf(request)}
        status={request?.status}
        id={id}
        live={useLiveState()}
        actions={request !== undefined && <CopyCurl request={request.request} />}
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
        {(shown) => <RequestContent key={shown.id} request={shown} />}
      </DataStates>
    </>
  );
}

const views = [
  { value: "", word: "Conversation" },
  { value: "raw", word: "Raw" },
];

function RequestContent({ request }: { request: LlmRequestDetail }) {
  const [search, change] = useSearchParams();
  const view = search.view === "raw" ? "raw" : "";
  return (
    <div className="two-columns">
      <div className="stack">
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
      </div>
      <aside className="stack">
        <RequestFacts request={request} />
        <RequestServed request={request} />
      </aside>
    </div>
  );
}

function RequestFailure({ request }: { request: LlmRequestDetail }) {
  const inDoubt = request.status === "in_doubt";
  if (request.error_message === null && !inDoubt) return null;
  const answered = request.response !== null && request.response !== undefined;
  return (
    <div className="request-failure">
      <ErrorBlock
        title={request.error_message ?? "Nobody knows what became of this request"}
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

function breadcrumbsOf(request: LlmRequestDetail | undefined) {
  const list = (
    <AppLink key="list" href={paths.llmRequests()}>
      LLM Requests
    </AppLink>
  );
  if (request === undefined) return [list, "one request"];
  const trail = [list];
  if (request.unit_id !== null) {
    trail.push(
      <AppLink key="unit" href={paths.unit(request.unit_id)}>
        {request.unit_title}
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
