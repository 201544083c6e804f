import type { UnitDetail } from "../../api/content-rows.ts";
import type { FlowRunSummary } from "../../api/rows.ts";
import { paths } from "../../paths.ts";
import { Tabs } from "../../ui/disclosure/Tabs.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { useSearchParams } from "../../ui/link/search-params.ts";
import { mostUnitRuns } from "../flow-runs/public.ts";
import { UnitFlowRuns } from "./UnitFlowRuns.tsx";
import { UnitLessons } from "./UnitLessons.tsx";
import { UnitRequests } from "./UnitRequests.tsx";
import { UnitSources } from "./UnitSources.tsx";

/** More runs than are read for the page are not counted. */
function countOf(runs: FlowRunSummary[] | undefined): number | undefined {
  return runs === undefined || runs.length >= mostUnitRuns ? undefined : runs.length;
}

type UnitTabsProps = {
  unit: UnitDetail;
  lessonId: string | undefined;
  /** Undefined until they are read. */
  runs: FlowRunSummary[] | undefined;
};

/** Lessons, runs, requests and sources of a unit. */
export function UnitTabs({ unit, lessonId, runs }: UnitTabsProps) {
  const [search, change] = useSearchParams();
  const tabs = [
    {
      key: "lessons",
      title: "Lessons",
      count: unit.lessons.length,
      content: () => <UnitLessons unit={unit} lessonId={lessonId} runs={runs ?? []} />,
    },
    {
      key: "runs",
      title: "Flow runs",
      count: countOf(runs),
      content: () => <UnitFlowRuns unitId={unit.id} />,
    },
    { key: "requests", title: "Requests", content: () => <UnitRequests unitId={unit.id} /> },
    {
      key: "sources",
      title: "Sources",
      count: unit.sources.length,
      content: () => <UnitSources unit={unit} />,
    },
  ];
  const selected = search.tab ?? "lessons";
  const elsewhere =
    selected === "runs"
      ? { word: "Open in Flow Runs", href: paths.flowRuns({ unit_id: unit.id }) }
      : selected === "requests"
        ? { word: "Open in LLM Requests", href: paths.llmRequests({ unit_id: unit.id }) }
        : null;
  return (
    <section className="card" aria-label="Parts of the unit">
      <Tabs
        label="Parts of the unit"
        tabs={tabs}
        selected={selected}
        onSelect={(tab) => change({ tab: tab === "lessons" ? "" : tab })}
        actions={
          elsewhere !== null && (
            <AppLink className="text-2 no-wrap hide-phone" href={elsewhere.href}>
              {elsewhere.word}
            </AppLink>
          )
        }
      />
    </section>
  );
}
