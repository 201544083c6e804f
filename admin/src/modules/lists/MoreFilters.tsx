import { type ReactNode, useId, useState } from "react";
import { useMay } from "../../api/session/use-session.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import { Popover } from "../../ui/overlay/Menu.tsx";
import { Button } from "../../ui/page/Button.tsx";
import { shortenId } from "../../ui/value/format.ts";
import { shortName } from "../../ui/value/visible-text.ts";
import { useConnections } from "../engines/public.ts";
import { headingOf } from "./ActiveFilters.tsx";
import { EntityPicker, searchKindOf } from "./EntityPicker.tsx";
import { type Filter, inlineChoicesOf, namesOf } from "./filters.ts";
import { CostFields, DurationFields, TimeFields } from "./RangeFields.tsx";
import type { ListFilters } from "./use-list-filters.ts";

/** Names to offer, by the filter's name in the address. */
export type Suggestions = Partial<Record<string, readonly string[]>>;

type MoreFiltersProps = { filters: ListFilters; suggestions: Suggestions };

/** Every filter that has no chip of its own; each counts as soon as it is set. On a phone it rises from the bottom. */
export function MoreFilters({ filters, suggestions }: MoreFiltersProps) {
  const { definition, kept, clear, filtered } = filters;
  const inSight: readonly Filter[] = inlineChoicesOf(definition.filters);
  const connections = (useConnections().data ?? []).length;
  const seesPeople = useMay("admin").may;
  const shown = { connections, seesPeople };
  const inside = definition.filters.filter(
    (filter) => isInside(filter, kept, shown) && !inSight.includes(filter),
  );
  const count = inside.filter((filter) => namesOf(filter).some((name) => kept[name] !== undefined)).length;
  const button = (
    <>
      <Icon name="filter" small />
      <span>Filters</span>
      {count > 0 && <b className="filter-count">{count}</b>}
    </>
  );
  return (
    <Popover
      label={count === 0 ? "More filters" : `More filters, ${count} set`}
      button={button}
      buttonClass={count === 0 ? "chip" : "chip chip-on"}
      sheet
    >
      <div className="more-filters">
        {inside.map((filter) => (
          <FilterGroup key={namesOf(filter)[0]} title={headingOf(filter)} wide={isWide(filter)}>
            <FilterControl filter={filter} filters={filters} suggestions={suggestions} />
          </FilterGroup>
        ))}
      </div>
      <footer className="more-filters-foot">
        <Button look="quiet" onClick={clear} disabledReason={filtered ? undefined : "No filter is set."}>
          Clear all
        </Button>
        <Button
          look="primary"
          onClick={(event) => event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover()}
        >
          Done
        </Button>
      </footer>
    </Popover>
  );
}

/**
 * Things that only links lead to (a task, a flow run, a step) are listed here once they are in force; engines once there is
 * another one than our own, connections once there are several, people to whom they may be shown.
 */
function isInside(
  filter: Filter,
  kept: ListFilters["kept"],
  { connections, seesPeople }: { connections: number; seesPeople: boolean },
): boolean {
  if (filter.kind === "status" || filter.kind === "text") return false;
  if (filter.kind === "choice" && filter.name === "engine")
    return connections > 0 || kept.engine !== undefined;
  if (filter.kind === "entity" && filter.entity === "connection")
    return connections > 1 || kept[filter.name] !== undefined;
  if (filter.kind === "entity" && filter.entity === "user" && !seesPeople)
    return kept[filter.name] !== undefined;
  return filter.kind !== "entity" || searchKindOf(filter.entity) !== null || kept[filter.name] !== undefined;
}

const isWide = (filter: Filter) => filter.kind === "time";

function FilterGroup({ title, wide, children }: { title: string; wide: boolean; children: ReactNode }) {
  return (
    <fieldset className={wide ? "filter-group filter-group-wide" : "filter-group"}>
      <legend className="small text-2">{title}</legend>
      {children}
    </fieldset>
  );
}

type FilterControlProps = { filter: Filter; filters: ListFilters; suggestions: Suggestions };

function FilterControl({ filter, filters, suggestions }: FilterControlProps): ReactNode {
  const { kept, change } = filters;
  switch (filter.kind) {
    case "choice":
      return (
        <select
          className="input"
          aria-label={filter.word}
          value={kept[filter.name] ?? ""}
          onChange={(event) => change({ [filter.name]: event.target.value })}
        >
          <option value="">any</option>
          {filter.options.map(({ value, word }) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </select>
      );
    case "name":
      return (
        <NameField
          word={filter.word}
          value={kept[filter.name] ?? ""}
          offered={[...(filter.known ?? []), ...(suggestions[filter.name] ?? [])]}
          onChange={(name) => change({ [filter.name]: name })}
        />
      );
    case "entity":
      if (filter.entity === "connection") {
        return <ConnectionField filter={filter} kept={kept} change={change} />;
      }
      return (
        <EntityPicker
          label={filter.word}
          entity={filter.entity}
          value={kept[filter.name] ?? ""}
          onChange={(id) => change({ [filter.name]: id })}
        />
      );
    case "time":
      return <TimeFields kept={kept} change={change} />;
    case "duration":
      return <DurationFields kept={kept} change={change} />;
    case "cost":
      return <CostFields kept={kept} change={change} />;
    default:
      return null;
  }
}

type ConnectionFieldProps = Pick<ListFilters, "kept" | "change"> & {
  filter: Filter & { kind: "entity" };
};

/** One of the connections by its name; one that was removed meanwhile can only be let go. */
function ConnectionField({ filter, kept, change }: ConnectionFieldProps) {
  const connections = useConnections().data ?? [];
  const id = kept[filter.name] ?? "";
  const isKnown = id === "" || connections.some((connection) => connection.id === id);
  return (
    <select
      className="input"
      aria-label={filter.word}
      value={id}
      onChange={(event) => change({ [filter.name]: event.target.value })}
    >
      <option value="">any</option>
      {connections.map((connection) => (
        <option key={connection.id} value={connection.id}>
          {shortName(connection.name, 80)}
        </option>
      ))}
      {!isKnown && <option value={id}>{shortenId(id)}</option>}
    </select>
  );
}

type NameFieldProps = {
  word: string;
  value: string;
  offered: readonly string[];
  onChange: (value: string) => void;
};

/** A name that may be typed or taken from those that are known; it counts when it is one of them, left, or entered. */
function NameField({ word, value, offered, onChange }: NameFieldProps) {
  const id = useId();
  const [draft, setDraft] = useState(value);
  const [shown, setShown] = useState(value);
  if (shown !== value) {
    setShown(value);
    setDraft(value);
  }
  const names = [...new Set(offered)].sort();
  return (
    <>
      <input
        className="input"
        type="text"
        aria-label={word}
        placeholder="any"
        list={`${id}-names`}
        maxLength={200}
        value={draft}
        onChange={(event) => {
          setDraft(event.target.value);
          if (names.includes(event.target.value) || event.target.value === "") onChange(event.target.value);
        }}
        onBlur={() => draft !== value && onChange(draft.trim())}
        onKeyDown={(event) => {
          if (event.key === "Enter") onChange(draft.trim());
        }}
      />
      <datalist id={`${id}-names`}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}
