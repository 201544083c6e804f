import type { ReactNode } from "react";
import { ActiveChip } from "../../ui/filter/Filters.tsx";
import { Button } from "../../ui/page/Button.tsx";
import { EntityName } from "./EntityName.tsx";
import { wordsOf } from "./filter-words.ts";
import { type Filter, inlineChoicesOf, namesOf } from "./filters.ts";
import type { ListFilters } from "./use-list-filters.ts";

const headings: Partial<Record<Filter["kind"], string>> = {
  time: "Created",
  duration: "Took",
  cost: "Cost",
};

/** What a filter is called beside its value. */
export function headingOf(filter: Filter): string {
  return "word" in filter ? filter.word : (headings[filter.kind] ?? filter.kind);
}

function shownValueOf(filter: Filter, filters: ListFilters): ReactNode {
  if (filter.kind === "entity") {
    const id = filters.kept[filter.name];
    return id === undefined ? null : <EntityName entity={filter.entity} id={id} />;
  }
  return wordsOf(filter, filters.kept, new Date());
}

/** The filters in force that no pressed chip or filled field shows, each with its way out, and the way out of all. */
export function ActiveFilters({ filters }: { filters: ListFilters }) {
  const { definition, change, filtered } = filters;
  if (!filtered) return null;
  const inSight: readonly Filter[] = inlineChoicesOf(definition.filters);
  const hidden = definition.filters.filter(
    (filter) => filter.kind !== "status" && filter.kind !== "text" && !inSight.includes(filter),
  );
  const none = hidden.every((filter) => namesOf(filter).every((name) => filters.kept[name] === undefined));
  return (
    <fieldset className={none ? "active-filters active-filters-none" : "active-filters"}>
      <legend className="visually-hidden">Filters in force</legend>
      {hidden.map((filter) => {
        const value = shownValueOf(filter, filters);
        const names = namesOf(filter);
        return (
          value !== null && (
            <ActiveChip
              key={names[0]}
              name={headingOf(filter)}
              value={value}
              onRemove={() => change(Object.fromEntries(names.map((name) => [name, ""])))}
            />
          )
        );
      })}
      <span className="only-phone">
        <ClearAll filters={filters} />
      </span>
    </fieldset>
  );
}

/** Takes every filter away; absent while none is set. */
export function ClearAll({ filters }: { filters: ListFilters }) {
  if (!filters.filtered) return null;
  return (
    <Button look="quiet" onClick={filters.clear}>
      Clear all
    </Button>
  );
}
