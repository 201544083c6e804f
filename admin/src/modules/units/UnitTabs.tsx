import type { UnitDetail } from "../../api/content-rows.ts";
import { paths } from "../../paths.ts";
import { Tabs } from "../../ui/disclosure/Tabs.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { useSearchParams } from "../../ui/link/search-params.ts";
import { UnitFlowRuns } from "./UnitFlowRuns.tsx";
import { UnitLessons } from "./UnitLessons.tsx";
import { UnitRequests } from "./UnitRequests.tsx";
import { UnitSources } from "./UnitSources.tsx";
import { useUnitFlowRuns } from "./use-unit-flow-runs.ts";

/** Lessons, runs, requests and sources of a unit. */
export function UnitTabs({ unit, lessonId }: { unit: UnitDetail; lessonId: string | undefined }) {
  const [search, change] = useSearchParams();
  const runs = useUnitFlowRuns(unit.id);
  const tabs = [
    {
      key: "lessons",
      title: "Lessons",
      count: unit.lessons.length,
      content: () => <UnitLessons unit={unit} lessonId={lessonId} runs={runs.data ?? []} />,
    },
    {
      key: "runs",
      title: "Flow runs",
      count: runs.data?.length,
      content: () => <UnitFlowRuns runs={runs} />,
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
