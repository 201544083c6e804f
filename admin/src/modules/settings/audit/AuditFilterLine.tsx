import { useCallback } from "react";
import {
  ActiveChip,
  FilterLine,
  FilterSearch,
  FilterSelect,
  StatusChip,
} from "../../../ui/filter/Filters.tsx";
import type { SearchParams } from "../../../ui/link/search-params.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { formatMoment } from "../../../ui/value/format.ts";
import { EntityName, PersonAndTime } from "../../lists/public.ts";
import { type AuditFilters, auditNames, auditResults, happenedWithin } from "./audit-filters.ts";
import { actionKinds } from "./audit-words.ts";

type AuditFilterLineProps = { filters: AuditFilters; change: (patch: SearchParams) => void };

/** The patch that takes every filter of the log away. */
export const clearedAudit: SearchParams = Object.fromEntries(auditNames.map((name) => [name, ""]));

/** The log's filters in one line: text, results, kind, time, person. */
export function AuditFilterLine({ filters, change }: AuditFilterLineProps) {
  const setText = useCallback((q: string) => change({ q: q.trim() }), [change]);
  const isKind = filters.action === undefined || actionKinds.some(({ value }) => value === filters.action);
  return (
    <FilterLine
      lead={
        <FilterSearch
          value={filters.q ?? ""}
          placeholder="Part of an action, or an id"
          shortcut="/"
          onChange={setText}
        />
      }
      tail={
        <>
          {Object.keys(filters).length > 0 && (
            <Button look="quiet" onClick={() => change(clearedAudit)}>
              Clear all
            </Button>
          )}
          <PersonAndTime
            person={{
              label: "Done by",
              value: filters.actor_id,
              onChange: (actor_id) => change({ actor_id }),
            }}
            since={{
              label: "Since, local time",
              value: filters.at_from,
              onChange: (at_from) => change({ at_from, time: "" }),
            }}
            until={{
              label: "Until, local time",
              value: filters.at_to,
              onChange: (at_to) => change({ at_to, time: "" }),
            }}
          />
        </>
      }
    >
      {auditResults.map((result) => (
        <StatusChip
          key={result}
          status={result}
          pressed={filters.result === result}
          onToggle={() => change({ result: filters.result === result ? "" : result })}
        />
      ))}
      <FilterSelect
        name="About"
        value={isKind ? (filters.action ?? "") : ""}
        options={[{ value: "", word: "anything" }, ...actionKinds]}
        onChange={(action) => change({ action })}
      />
      <FilterSelect
        name="When"
        value={filters.time ?? ""}
        options={[{ value: "", word: "any time" }, ...happenedWithin]}
        onChange={(time) => change({ time, at_from: "", at_to: "" })}
      />
      {!isKind && <ActiveChip name="Action" value={filters.action} onRemove={() => change({ action: "" })} />}
      <RangeChips filters={filters} change={change} />
    </FilterLine>
  );
}

function RangeChips({ filters, change }: AuditFilterLineProps) {
  const words = (moment: string) => formatMoment(new Date(moment), new Date());
  return (
    <>
      {filters.actor_id !== undefined && (
        <ActiveChip
          name="By"
          value={<EntityName entity="user" id={filters.actor_id} />}
          onRemove={() => change({ actor_id: "" })}
        />
      )}
      {filters.at_from !== undefined && (
        <ActiveChip name="Since" value={words(filters.at_from)} onRemove={() => change({ at_from: "" })} />
      )}
      {filters.at_to !== undefined && (
        <ActiveChip name="Until" value={words(filters.at_to)} onRemove={() => change({ at_to: "" })} />
      )}
    </>
  );
}
