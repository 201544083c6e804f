import { type ReactNode, useEffect, useId, useState } from "react";
import { Icon } from "../icon/Icon.tsx";
import { lookOfStatus } from "../status/status-tone.ts";
import { formatCount } from "../value/format.ts";
import "./filters.css";

type FilterLineProps = {
  /** Stands first and stays when the chips scroll. */
  lead?: ReactNode;
  /** Stands at the right end and stays when the chips scroll. */
  tail?: ReactNode;
  children: ReactNode;
};

/** One line of filters; on a phone its chips get a line of their own that scrolls sideways with its edges fading. */
export function FilterLine({ lead, tail, children }: FilterLineProps) {
  return (
    <search className="filter-line">
      {lead}
      <div className="filter-scroll">{children}</div>
      <div className="filter-tail">{tail}</div>
    </search>
  );
}

type StatusChipProps = { status: string; count?: number | undefined; pressed: boolean; onToggle: () => void };

/** A status to filter by; pressed again it lets go. */
export function StatusChip({ status, count, pressed, onToggle }: StatusChipProps) {
  const look = lookOfStatus(status);
  return (
    <button type="button" className="chip" aria-pressed={pressed} onClick={onToggle}>
      <Icon name={look.icon} small className={`is-${look.tone}`} />
      <b>{look.word}</b>
      {count !== undefined && formatCount(count)}
      {pressed && <Icon name="close" small />}
    </button>
  );
}

/** A filter in force that can only be taken away, such as "Unit Tides" after following a link. */
export function ActiveChip({
  name,
  value,
  onRemove,
}: {
  name: string;
  value: ReactNode;
  onRemove: () => void;
}) {
  return (
    <button
      type="button"
      className="chip chip-on"
      onClick={onRemove}
      aria-label={`Remove the filter ${name}`}
    >
      {name} <b>{value}</b>
      <Icon name="close" small />
    </button>
  );
}

type FilterSelectProps = {
  name: string;
  value: string;
  options: { value: string; word: string }[];
  onChange: (value: string) => void;
};

/** A native select in the shape of a chip; the empty value means "no filter". */
export function FilterSelect({ name, value, options, onChange }: FilterSelectProps) {
  return (
    <label className={value === "" ? "chip chip-select" : "chip chip-select chip-on"}>
      <span>{name}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)} aria-label={name}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.word}
          </option>
        ))}
      </select>
      <Icon name="down" small />
    </label>
  );
}

const settleMs = 250;

type FilterSearchProps = {
  value: string;
  placeholder: string;
  /** The key that leads here, for assistive technology. */
  shortcut?: string;
  onChange: (value: string) => void;
};

/** A search field that reports once the reader pauses, or at once on Enter. */
export function FilterSearch({ value, placeholder, shortcut, onChange }: FilterSearchProps) {
  const id = useId();
  const [draft, setDraft] = useState(value);
  const [applied, setApplied] = useState(value);
  if (applied !== value) {
    setApplied(value);
    setDraft(value);
  }
  useEffect(() => {
    if (draft === value) return;
    const timer = setTimeout(() => onChange(draft), settleMs);
    return () => clearTimeout(timer);
  }, [draft, value, onChange]);
  return (
    <label className="filter-search" htmlFor={id}>
      <Icon name="search" small />
      <input
        id={id}
        type="search"
        value={draft}
        placeholder={placeholder}
        aria-label={placeholder}
        aria-keyshortcuts={shortcut}
        maxLength={200}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onChange(draft);
          // The first Escape empties the field, as browsers do; the next one leaves it.
          if (event.key === "Escape" && draft === "") event.currentTarget.blur();
        }}
      />
    </label>
  );
}
