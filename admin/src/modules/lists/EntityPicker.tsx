import { type KeyboardEvent, useId, useState } from "react";
import { describeError } from "../../api/problem.ts";
import { IconButton } from "../../ui/page/Button.tsx";
import { Marked } from "../../ui/value/Marked.tsx";
import { type SearchHit, useSearch } from "../search/public.ts";
import { EntityName } from "./EntityName.tsx";
import type { FilteredEntity } from "./filters.ts";

const offered = 8;

/** The kind of thing in the search's words; null for kinds that are reached by links only. */
export function searchKindOf(entity: FilteredEntity): "unit" | "user" | null {
  return entity === "unit" || entity === "user" ? entity : null;
}

type EntityPickerProps = {
  label: string;
  entity: FilteredEntity;
  /** The id in force, or empty. */
  value: string;
  onChange: (id: string) => void;
};

/** Chooses one unit or user by a part of its name; one that is chosen is shown with a way to let go. */
export function EntityPicker({ label, entity, value, onChange }: EntityPickerProps) {
  if (value !== "") {
    return (
      <div className="picker-chosen">
        <span className="cut">
          <EntityName entity={entity} id={value} />
        </span>
        <IconButton icon="close" label={`Remove the filter ${label}`} onClick={() => onChange("")} />
      </div>
    );
  }
  return <EntitySearch label={label} entity={entity} onChoose={onChange} />;
}

/** The hits of one kind for a text, and what to say where there is none. */
function useHits(entity: FilteredEntity, text: string): { hits: SearchHit[]; remark: string | null } {
  const search = useSearch(text, offered);
  const hits = search.answer?.groups.find(({ kind }) => kind === searchKindOf(entity))?.hits ?? [];
  if (search.error !== null) return { hits: [], remark: describeError(search.error).title };
  if (text.trim() === "" || hits.length > 0) return { hits, remark: null };
  return { hits, remark: search.searching ? "Searching…" : `No ${entity} has this in its name or id.` };
}

type EntitySearchProps = { label: string; entity: FilteredEntity; onChoose: (id: string) => void };

function EntitySearch({ label, entity, onChoose }: EntitySearchProps) {
  const id = useId();
  const [text, setText] = useState("");
  const [position, setPosition] = useState(0);
  const { hits, remark } = useHits(entity, text);
  const shown = text.trim() === "" ? [] : hits;
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (shown.length === 0) return;
    if (event.key === "Enter") onChoose(shown[Math.min(position, shown.length - 1)]?.id ?? "");
    else if (step !== 0) setPosition((position + step + shown.length) % shown.length);
    else return;
    event.preventDefault();
  };
  return (
    <div className="picker">
      <input
        className="input"
        type="text"
        role="combobox"
        aria-expanded={shown.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={shown[position] === undefined ? undefined : `${id}-${position}`}
        aria-autocomplete="list"
        aria-label={label}
        placeholder={entity === "unit" ? "Part of a title" : "Part of a name"}
        autoComplete="off"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setPosition(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div role="listbox" id={`${id}-list`} aria-label={label} className="picker-list">
        {shown.map((hit, index) => (
          <button
            key={hit.id}
            type="button"
            role="option"
            id={`${id}-${index}`}
            tabIndex={-1}
            aria-selected={index === position}
            className="menu-item"
            onClick={() => onChoose(hit.id)}
          >
            <bdi className="cut">
              <Marked text={hit.title} wanted={text} />
            </bdi>
          </button>
        ))}
      </div>
      {remark !== null && (
        <p className="text-3 small" role="status">
          {remark}
        </p>
      )}
    </div>
  );
}
