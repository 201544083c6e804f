import { useQueries, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { getJson, getPage } from "../../../api/client.ts";
import { itemQueryKey, useItemQuery } from "../../../api/item-query.ts";
import type { LiveChange } from "../../../api/live/live-messages.ts";
import { useLiveRefresh } from "../../../api/live/use-live.ts";
import type { CourseGeneration, Incident } from "../../../api/monitor-rows.ts";
import type { LlmRequestSummary, UnitSummary } from "../../../api/rows.ts";
import { useWordsOfNow } from "../../../ui/value/clock.ts";
import { freshDoubtsOf, groupPaused, type PausedGroup, unexplainedCount } from "./attention.ts";

const unitsPath = "/content/units";
const incidentsPath = "/admin/incidents";
/** Failures come in bursts; up to twelve questions each time are asked this seldom at most. */
const refreshPauseMs = 2_000;
const examined = 12;
const listed = 50;

/** How many requests of the last day nobody knows the outcome of. */
export function useDoubts(): number {
  const requests = useItemQuery<LlmRequestSummary[]>("/llm/requests", { status: "in_doubt", limit: 100 });
  useLiveRefresh(
    (change) => change.entity === "llm_request" && change.patch?.status === "in_doubt",
    requests.reload,
  );
  return Number(useWordsOfNow((nowMs) => `${freshDoubtsOf(requests.data ?? [], nowMs).length}`));
}

/** Calls `refresh` when a unit comes, goes or changes its status; a mere step forward is no news. */
function useUnitNews(refresh: () => void): void {
  const seen = useRef(new Map<string, unknown>());
  useLiveRefresh(
    (change: LiveChange) => {
      if (change.entity !== "unit") return false;
      const status = change.patch?.status ?? null;
      const isNews = seen.current.get(change.id) !== status;
      seen.current.set(change.id, status);
      return isNews;
    },
    refresh,
    refreshPauseMs,
  );
}

/** Units that need somebody and that no open incident tells of. */
export type StoppedUnits = {
  paused: PausedGroup[];
  /** True where more units are paused than were read. */
  hasMorePaused: boolean;
  /** Failed and partial ones. */
  broken: UnitSummary[];
  /** Failed and partial ones beyond those. */
  brokenBeyond: number;
  reload: () => void;
};

/** Of the units asked about those that belong to no open incident; asked only where the counts say that there are some. */
function useUnexplained(units: readonly UnitSummary[], isWanted: boolean): UnitSummary[] {
  const answers = useQueries({
    queries: units.map(({ id }) => {
      const filters = { unit_id: id, status: "open", limit: 1 };
      return {
        queryKey: itemQueryKey(incidentsPath, filters),
        queryFn: ({ signal }: { signal: AbortSignal }) => getJson<Incident[]>(incidentsPath, signal, filters),
        enabled: isWanted,
      };
    }),
  });
  useLiveRefresh(
    (change) => isWanted && change.entity === "incident",
    () => {
      for (const answer of answers) void answer.refetch();
    },
    refreshPauseMs,
  );
  if (!isWanted) return [];
  return units.filter((_, place) => answers[place]?.data?.length === 0);
}

/** What stopped and is not told by an incident, followed by the stream. */
export function useStoppedUnits(answer: Pick<CourseGeneration, "incidents">): StoppedUnits {
  const filters = { status: "failed,partial", limit: examined };
  const broken = useQuery({
    queryKey: [...itemQueryKey(unitsPath, filters), "total"],
    queryFn: ({ signal }) => getPage<UnitSummary>(unitsPath, filters, signal),
  });
  const paused = useItemQuery<UnitSummary[]>(unitsPath, { status: "paused", limit: listed });
  const reload = () => {
    void broken.refetch();
    paused.reload();
  };
  useUnitNews(reload);
  const count = unexplainedCount(Number.parseInt(broken.data?.total ?? "0", 10), answer);
  const unexplained = useUnexplained(broken.data?.rows ?? [], count > 0);
  return {
    paused: groupPaused(paused.data ?? []),
    hasMorePaused: paused.data?.length === listed,
    broken: unexplained,
    brokenBeyond: Math.max(0, count - unexplained.length),
    reload,
  };
}
