import { useCallback, useState } from "react";
import {
  ActiveChip,
  FilterLine,
  FilterSearch,
  FilterSelect,
  StatusChip,
} from "../../../ui/filter/Filters.tsx";
import { Icon } from "../../../ui/icon/Icon.tsx";
import type { SearchParams } from "../../../ui/link/search-params.ts";
import { Popover } from "../../../ui/overlay/Menu.tsx";
import { Button } from "../../../ui/page/Button.tsx";
import { formatMoment, shortenId } from "../../../ui/value/format.ts";
import { shortName } from "../../../ui/value/visible-text.ts";
import { useConnections } from "../../engines/public.ts";
import { EntityPicker, momentOf, toLocalInput } from "../../lists/public.ts";
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
  const names = ["user_id", "completed_from", "completed_to"] as const;
  const count = names.filter((name) => filters[name] !== undefined).length;
  return (
    <Popover
      label={count === 0 ? "Person and time" : `Person and time, ${count} set`}
      button={
        <>
          <Icon name="filter" small />
          <span>Filters</span>
          {count > 0 && <b className="filter-count">{count}</b>}
        </>
      }
      buttonClass={count === 0 ? "chip" : "chip chip-on"}
      sheet
    >
      <div className="popover-pad history-more">
        <fieldset className="filter-group">
          <legend className="small text-2">Asked for by</legend>
          <EntityPicker
            label="Asked for by"
            entity="user"
            value={filters.user_id ?? ""}
            onChange={(user_id) => change({ user_id })}
          />
        </fieldset>
        <MomentFilter
          label="Ended since, local time"
          value={filters.completed_from}
          onChange={(completed_from) => change({ completed_from, time: "" })}
        />
        <MomentFilter
          label="Ended until, local time"
          value={filters.completed_to}
          onChange={(completed_to) => change({ completed_to, time: "" })}
        />
      </div>
    </Popover>
  );
}

type MomentFilterProps = { label: string; value: string | undefined; onChange: (moment: string) => void };

function MomentFilter({ label, value, onChange }: MomentFilterProps) {
  const [draft, setDraft] = useState(toLocalInput(value));
  const [shown, setShown] = useState(value);
  if (shown !== value) {
    setShown(value);
    setDraft(toLocalInput(value));
  }
  const commit = () => {
    if (draft !== toLocalInput(value)) onChange(momentOf(draft) ?? "");
  };
  return (
    <label className="history-moment">
      <span className="small text-2">{label}</span>
      <input
        className="input"
        type="datetime-local"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
        }}
      />
    </label>
  );
}
