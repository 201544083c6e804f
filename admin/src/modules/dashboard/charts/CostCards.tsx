import type { DashboardMetrics } from "../../../api/monitor-rows.ts";
import { ChartCard } from "../../../ui/chart/ChartCard.tsx";
import { formatCompact } from "../../../ui/chart/measure.ts";
import { type NumberColumn, NumberTable } from "../../../ui/chart/NumberTable.tsx";
import { RankedBars, type RankedLine } from "../../../ui/chart/RankedBars.tsx";
import { formatCount, formatQuantity, formatUsd } from "../../../ui/value/format.ts";
import { costHeadline } from "./TimeCards.tsx";

type Use = Omit<DashboardMetrics["cost_by_stage"][number], "stage"> & { name: string };

const shownLines = 5;

function lineOf({ name, cost_usd, cost_unknown, requests }: Use): RankedLine {
  return {
    key: name,
    label: name,
    value: cost_usd,
    words: cost_usd === null ? "unknown" : formatUsd(cost_usd),
    note:
      cost_unknown > 0 ? `${formatCount(cost_unknown)} of unknown cost` : formatQuantity(requests, "request"),
  };
}

/** The most expensive ones; the others together in the last line. */
export function linesOf(uses: readonly Use[]): RankedLine[] {
  if (uses.length <= shownLines) return uses.map(lineOf);
  const rest = uses.slice(shownLines - 1);
  const known = rest.flatMap(({ cost_usd }) => (cost_usd === null ? [] : [cost_usd]));
  const value = known.length === 0 ? null : known.reduce((sum, cost) => sum + cost, 0);
  const others = {
    key: "others",
    label: `${formatCount(rest.length)} others`,
    value,
    words: value === null ? "unknown" : formatUsd(value),
  };
  return [...uses.slice(0, shownLines - 1).map(lineOf), others];
}

const columnsOf = (header: string): NumberColumn<Use>[] => [
  { key: "name", header, isWords: true, value: ({ name }) => name, cell: ({ name }) => name },
  {
    key: "cost",
    header: "Cost",
    value: ({ cost_usd }) => cost_usd,
    cell: ({ cost_usd }) =>
      cost_usd === null ? <span className="text-3">unknown</span> : formatUsd(cost_usd),
  },
  {
    key: "unknown",
    header: "Cost unknown",
    value: ({ cost_unknown }) => cost_unknown,
    cell: ({ cost_unknown }) => formatCount(cost_unknown),
  },
  {
    key: "requests",
    header: "Requests",
    value: ({ requests }) => requests,
    cell: ({ requests }) => formatCount(requests),
  },
  {
    key: "failed",
    header: "Failed",
    value: ({ failed }) => failed,
    cell: ({ failed }) => formatCount(failed),
  },
  {
    key: "input",
    header: "Tokens in",
    value: ({ tokens_input }) => tokens_input,
    cell: ({ tokens_input }) => formatCompact(tokens_input),
  },
  {
    key: "cached",
    header: "of them cached",
    value: ({ tokens_cached }) => tokens_cached,
    cell: ({ tokens_cached }) => formatCompact(tokens_cached),
  },
  {
    key: "output",
    header: "Tokens out",
    value: ({ tokens_output }) => tokens_output,
    cell: ({ tokens_output }) => formatCompact(tokens_output),
  },
];

type CostRankingProps = { title: string; header: string; uses: readonly Use[]; metrics: DashboardMetrics };

function CostRanking({ title, header, uses, metrics }: CostRankingProps) {
  const { figure, words } = costHeadline(metrics.totals.cost_usd, metrics.totals.cost_unknown);
  return (
    <ChartCard
      title={title}
      headline={figure}
      words={words}
      isEmpty={uses.length === 0}
      table={() => (
        <NumberTable
          label={title}
          columns={columnsOf(header)}
          rows={uses}
          rowKey={({ name }) => name}
          sortable
        />
      )}
    >
      <RankedBars lines={linesOf(uses)} />
    </ChartCard>
  );
}

/** What each model cost. */
export function CostByModelCard({ metrics }: { metrics: DashboardMetrics }) {
  const uses = metrics.cost_by_model.map(({ provider, model, ...use }) => ({
    ...use,
    name: `${provider}/${model}`,
  }));
  return <CostRanking title="Cost by model" header="Model" uses={uses} metrics={metrics} />;
}

/** What each stage cost. */
export function CostByStageCard({ metrics }: { metrics: DashboardMetrics }) {
  const uses = metrics.cost_by_stage
    .map(({ stage, ...use }) => ({ ...use, name: stage }))
    .toSorted((left, right) => (right.cost_usd ?? 0) - (left.cost_usd ?? 0));
  return <CostRanking title="Cost by stage" header="Stage" uses={uses} metrics={metrics} />;
}
