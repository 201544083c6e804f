import { useCallback } from "react";
import { useMay } from "../../../api/session/use-session.ts";
import {
  ActiveChip,
  FilterLine,
  FilterSearch,
  FilterSelect,
  StatusChip,
} from "../../../ui/filter/Filters.tsx";
import type { SearchParams } from "../../../ui/link/search-params.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { formatMoment, shortenId } from "../../../ui/value/format.ts";
import { shortName } from "../../../ui/value/visible-text.ts";
import { useConnections } from "../../engines/public.ts";
import { PersonAndTime } from "../../lists/public.ts";
import "../../../ui/form/form.css";
import {
  endedWithin,
  type HistoryFilters,
  historyNames,
  jobEngines,
  outcomes,
  taskTypes,
  toggledOutcome,
} from "./history-filters.ts";
import "../dashboard.css";

type HistoryFilterLineProps = {
  filters: HistoryFilters;
  change: (patch: SearchParams) => void;
};

/** The patch that takes every filter of the history away and leaves the rest of the page's address alone. */
export const clearedHistory: SearchParams = Object.fromEntries(historyNames.map((name) => [name, ""]));

/** The history's filters in one line: text, outcomes, time, kind of job, person. */
export function HistoryFilterLine({ filters, change }: HistoryFilterLineProps) {
  const setText = useCallback((q: string) => change({ q: q.trim() }), [change]);
  const connections = useConnections().data ?? [];
  const chosen = (filters.outcome ?? "").split(",");
  const filtered = Object.keys(filters).length > 0;
  return (
    <div className="history-filters">
      <FilterLine
        lead={
          <FilterSearch
            value={filters.q ?? ""}
            placeholder="Part of a title"
            shortcut="/"
            onChange={setText}
          />
        }
        tail={
          <>
            {filtered && (
              <Button look="quiet" onClick={() => change(clearedHistory)}>
                Clear all
              </Button>
            )}
            <MoreHistoryFilters filters={filters} change={change} />
          </>
        }
      >
        {outcomes.map((outcome) => (
          <StatusChip
            key={outcome}
            status={outcome}
            pressed={chosen.includes(outcome)}
            onToggle={() => change({ outcome: toggledOutcome(filters.outcome, outcome) })}
          />
        ))}
        <FilterSelect
          name="Ended"
          value={filters.time ?? ""}
          options={[{ value: "", word: "any time" }, ...endedWithin]}
          onChange={(time) => change({ time, completed_from: "", completed_to: "" })}
        />
        <FilterSelect
          name="Job"
          value={filters.task_name ?? ""}
          options={[{ value: "", word: "any" }, ...taskTypes]}
          onChange={(task_name) => change({ task_name })}
        />
        {(connections.length > 0 || filters.engine !== undefined) && (
          <FilterSelect
            name="Engine"
            value={filters.engine ?? ""}
            options={[{ value: "", word: "any" }, ...jobEngines]}
            onChange={(engine) => change({ engine })}
          />
        )}
        {(connections.length > 1 || filters.connection_id !== undefined) && (
          <FilterSelect
            name="Connection"
            value={filters.connection_id ?? ""}
            options={[
              { value: "", word: "any" },
              ...connections.map(({ id, name }) => ({ value: id, word: shortName(name, 60) })),
            ]}
            onChange={(connection_id) => change({ connection_id })}
          />
        )}
        <RangeChips filters={filters} change={change} />
      </FilterLine>
    </div>
  );
}

function RangeChips({ filters, change }: HistoryFilterLineProps) {
  const words = (moment: string) => formatMoment(new Date(moment), new Date());
  return (
    <>
      {filters.completed_from !== undefined && (
        <ActiveChip
          name="Ended since"
          value={words(filters.completed_from)}
          onRemove={() => change({ completed_from: "" })}
        />
      )}
      {filters.completed_to !== undefined && (
        <ActiveChip
          name="Ended until"
          value={words(filters.completed_to)}
          onRemove={() => change({ completed_to: "" })}
        />
      )}
      {filters.unit_id !== undefined && (
        <ActiveChip name="Unit" value={shortenId(filters.unit_id)} onRemove={() => change({ unit_id: "" })} />
      )}
    </>
  );
}

function MoreHistoryFilters({ filters, change }: HistoryFilterLineProps) {
  const seesPeople = useMay("admin").may;
  const person = {
    label: "Asked for by",
    value: filters.user_id,
    onChange: (user_id: string) => change({ user_id }),
  };
  return (
    <PersonAndTime
      person={seesPeople || filters.user_id !== undefined ? person : null}
      since={{
        label: "Ended since, local time",
        value: filters.completed_from,
        onChange: (completed_from) => change({ completed_from, time: "" }),
      }}
      until={{
        label: "Ended until, local time",
        value: filters.completed_to,
        onChange: (completed_to) => change({ completed_to, time: "" }),
      }}
    />
  );
}
