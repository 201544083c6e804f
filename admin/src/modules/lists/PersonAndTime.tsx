import { useState } from "react";
import { Icon } from "../../ui/icon/Icon.tsx";
import { Popover } from "../../ui/overlay/Menu.tsx";
import { EntityPicker } from "./EntityPicker.tsx";
import "./lists.css";
import { momentOf, toLocalInput } from "./range-values.ts";

/** A filter as the address holds it; an empty text takes it away. */
type HeldFilter = { label: string; value: string | undefined; onChange: (value: string) => void };

type PersonAndTimeProps = {
  /** Null for roles that see nobody's account. */
  person: HeldFilter | null;
  since: HeldFilter;
  until: HeldFilter;
};

/** The filters that a line of chips has no room for, behind a chip that counts those in force. */
export function PersonAndTime({ person, since, until }: PersonAndTimeProps) {
  const count = [person, since, until].filter((filter) => filter?.value !== undefined).length;
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
      <div className="popover-pad person-and-time">
        {person !== null && (
          <fieldset className="filter-group">
            <legend className="small text-2">{person.label}</legend>
            <EntityPicker
              label={person.label}
              entity="user"
              value={person.value ?? ""}
              onChange={person.onChange}
            />
          </fieldset>
        )}
        <MomentFilter {...since} />
        <MomentFilter {...until} />
      </div>
    </Popover>
  );
}

/** A moment that counts once its field is left or Enter is pressed. */
function MomentFilter({ label, value, onChange }: HeldFilter) {
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
    <label className="moment-filter">
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
