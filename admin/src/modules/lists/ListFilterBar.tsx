import { useCallback } from "react";
import { FilterLine, FilterSearch, FilterSelect, StatusChip } from "../../ui/filter/Filters.tsx";
import { Button } from "../../ui/page/Button.tsx";
import { Notice } from "../../ui/page/ErrorBlock.tsx";
import { SavedViewsMenu } from "../saved-views/public.ts";
import { ActiveFilters, ClearAll } from "./ActiveFilters.tsx";
import { type Filter, inlineChoicesOf, namesOf } from "./filters.ts";
import "./lists.css";
import { MoreFilters, type Suggestions } from "./MoreFilters.tsx";
import type { ListFilters } from "./use-list-filters.ts";

type ListFilterBarProps = {
  filters: ListFilters;
  /** Names among the rows on show, by the filter they can be chosen for. */
  suggestions?: Suggestions;
};

/** A list's filters in one line: text, statuses, everything else behind one button, the saved views; below it what is in force. */
export function ListFilterBar({ filters, suggestions = {} }: ListFilterBarProps) {
  const { definition, kept, change } = filters;
  const setText = useCallback((q: string) => change({ q: q.trim() }), [change]);
  const text = definition.filters.find((filter) => filter.kind === "text");
  const replaceAll = (next: Record<string, string>) => {
    const names = definition.filters.flatMap(namesOf);
    change({ ...Object.fromEntries(names.map((name) => [name, ""])), ...next });
  };
  return (
    <div className="list-filters">
      <FilterLine
        lead={
          text !== undefined && (
            <FilterSearch
              value={kept.q ?? ""}
              placeholder={text.placeholder}
              shortcut="/"
              onChange={setText}
            />
          )
        }
        tail={
          <>
            <span className="hide-phone">
              <ClearAll filters={filters} />
            </span>
            <MoreFilters filters={filters} suggestions={suggestions} />
            <SavedViewsMenu page={definition.page} kept={kept} onApply={replaceAll} />
          </>
        }
      >
        <StatusChips filters={filters} />
        <InlineChoices filters={filters} />
      </FilterLine>
      <ActiveFilters filters={filters} />
      <DroppedNotice filters={filters} />
    </div>
  );
}

function StatusChips({ filters: { definition, kept, change } }: { filters: ListFilters }) {
  const filter = definition.filters.find((one): one is Filter & { kind: "status" } => one.kind === "status");
  if (filter === undefined) return null;
  const chosen = (kept.status ?? "").split(",").filter((status) => status !== "");
  const toggle = (status: string) => {
    const next = chosen.includes(status) ? chosen.filter((one) => one !== status) : [...chosen, status];
    // In the order of the chips, so that the same choice is the same address.
    change({ status: filter.values.filter((one) => next.includes(one)).join(",") });
  };
  return filter.values.map((status) => (
    <StatusChip
      key={status}
      status={status}
      pressed={chosen.includes(status)}
      onToggle={() => toggle(status)}
    />
  ));
}

function InlineChoices({ filters: { definition, kept, change } }: { filters: ListFilters }) {
  return inlineChoicesOf(definition.filters).map(({ name, word, options }) => (
    <FilterSelect
      key={name}
      name={word}
      value={kept[name] ?? ""}
      options={[{ value: "", word: "any" }, ...options]}
      onChange={(value) => change({ [name]: value })}
    />
  ));
}

function DroppedNotice({ filters: { dropped, dismissDropped } }: { filters: ListFilters }) {
  if (dropped.length === 0) return null;
  return (
    <Notice
      tone="warn"
      icon="triangle"
      role="status"
      title={dropped.length === 1 ? "One filter was left out" : `${dropped.length} filters were left out`}
      actions={<Button onClick={dismissDropped}>Got it</Button>}
    >
      <ul>
        {dropped.map(({ name, value, reason }) => (
          <li key={`${name} ${value}`}>
            <b>{name}</b> “<bdi className="dropped-value">{value.slice(0, 80)}</bdi>”: {reason}.
          </li>
        ))}
      </ul>
    </Notice>
  );
}
