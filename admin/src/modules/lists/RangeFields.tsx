import { type KeyboardEvent, useState } from "react";
import type { SearchParams } from "../../ui/link/search-params.ts";
import { timePresets } from "./filters.ts";
import { durationUnits, momentOf, splitDuration, toLocalInput } from "./range-values.ts";
import "../../ui/form/form.css";

type RangeProps = { kept: SearchParams; change: (patch: SearchParams) => void };

type DraftInputProps = {
  label: string;
  value: string;
  /** Puts the finished text in force; answers what is wrong with it, or null. */
  onCommit: (text: string) => string | null;
  type?: "text" | "datetime-local";
  prefix?: string;
};

/** A field that counts once it is left or Enter is pressed, and says what is wrong in place. */
function DraftInput({ label, value, onCommit, type = "text", prefix }: DraftInputProps) {
  const [draft, setDraft] = useState(value);
  const [shown, setShown] = useState(value);
  const [wrong, setWrong] = useState<string | null>(null);
  if (shown !== value) {
    setShown(value);
    setDraft(value);
    setWrong(null);
  }
  const commit = () => {
    if (draft !== value) setWrong(onCommit(draft.trim()));
  };
  return (
    <span className="range-field">
      {prefix !== undefined && <span className="range-prefix text-3">{prefix}</span>}
      <input
        className="input"
        type={type}
        inputMode={type === "text" ? "decimal" : undefined}
        aria-label={label}
        aria-invalid={wrong !== null}
        placeholder="any"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event: KeyboardEvent) => {
          if (event.key === "Enter") commit();
        }}
      />
      {wrong !== null && (
        <span className="field-error is-bad small" role="alert">
          {wrong}
        </span>
      )}
    </span>
  );
}

/** A range that moves with the clock, or two moments in local time. */
export function TimeFields({ kept, change }: RangeProps) {
  const commit = (name: "created_from" | "created_to") => (text: string) => {
    if (text === "") {
      change({ [name]: "" });
      return null;
    }
    const moment = momentOf(text);
    if (moment === null) return "This is not a time.";
    const from = name === "created_from" ? moment : kept.created_from;
    const to = name === "created_to" ? moment : kept.created_to;
    if (from !== undefined && to !== undefined && Date.parse(from) > Date.parse(to))
      return "The end lies before the beginning.";
    change({ [name]: moment, time: "" });
    return null;
  };
  return (
    <>
      <div className="range-presets">
        {timePresets.map((preset) => (
          <button
            key={preset.value}
            type="button"
            className="chip"
            aria-pressed={kept.time === preset.value}
            aria-label={preset.word}
            onClick={() =>
              change({
                time: kept.time === preset.value ? "" : preset.value,
                created_from: "",
                created_to: "",
              })
            }
          >
            {preset.value.replace(/(\d+)/, "$1 ")}
          </button>
        ))}
      </div>
      <div className="range-pair">
        <DraftInput
          label="Created from, local time"
          type="datetime-local"
          value={toLocalInput(kept.created_from)}
          onCommit={commit("created_from")}
        />
        <span className="text-3">to</span>
        <DraftInput
          label="Created until, local time"
          type="datetime-local"
          value={toLocalInput(kept.created_to)}
          onCommit={commit("created_to")}
        />
      </div>
    </>
  );
}

/** The least and the most time that something took, each in a unit of its own. */
export function DurationFields({ kept, change }: RangeProps) {
  return (
    <>
      <div className="range-pair">
        <DurationField label="At least" name="min_duration_ms" kept={kept} change={change} />
        <span className="text-3">to</span>
        <DurationField label="At most" name="max_duration_ms" kept={kept} change={change} />
      </div>
      <p className="text-3 small">What has not ended fits no range.</p>
    </>
  );
}

type DurationFieldProps = RangeProps & { label: string; name: "min_duration_ms" | "max_duration_ms" };

function DurationField({ label, name, kept, change }: DurationFieldProps) {
  const split = splitDuration(kept[name]);
  const [chosenUnit, setChosenUnit] = useState(split.unit);
  const [shown, setShown] = useState(kept[name]);
  if (shown !== kept[name]) {
    setShown(kept[name]);
    if (kept[name] !== undefined) setChosenUnit(split.unit);
  }
  const unit = durationUnits.find(({ word }) => word === chosenUnit) ?? durationUnits[1];
  const amount = kept[name] === undefined ? "" : String(Number(kept[name]) / unit.ms);
  const put = (text: string, unitMs: number) => {
    if (text === "") {
      change({ [name]: "" });
      return null;
    }
    const value = Math.round(Number(text.replace(",", ".")) * unitMs);
    if (!Number.isFinite(value) || value < 0 || value > 2_147_483_647) return "This is not a length of time.";
    const least = name === "min_duration_ms" ? value : Number(kept.min_duration_ms ?? 0);
    const most = name === "max_duration_ms" ? value : Number(kept.max_duration_ms ?? value);
    if (least > most) return "The most is less than the least.";
    change({ [name]: String(value) });
    return null;
  };
  return (
    <span className="range-with-unit">
      <DraftInput label={`${label}, ${unit.name}`} value={amount} onCommit={(text) => put(text, unit.ms)} />
      <select
        className="input"
        aria-label={`${label}, counted in`}
        value={unit.word}
        onChange={(event) => {
          setChosenUnit(event.target.value);
          const next = durationUnits.find(({ word }) => word === event.target.value);
          if (amount !== "" && next !== undefined) put(amount, next.ms);
        }}
      >
        {durationUnits.map(({ word, name: unitName }) => (
          <option key={word} value={word} aria-label={unitName}>
            {word}
          </option>
        ))}
      </select>
    </span>
  );
}

/** The least and the most cost in US dollars; what has no known cost fits neither. */
export function CostFields({ kept, change }: RangeProps) {
  const commit = (name: "min_cost_usd" | "max_cost_usd") => (text: string) => {
    const value = text.replace(/^\$/, "").replace(",", ".");
    if (value !== "" && !/^\d{1,6}(\.\d{1,8})?$/.test(value)) return "This is not an amount of dollars.";
    const least = name === "min_cost_usd" ? value : (kept.min_cost_usd ?? "");
    const most = name === "max_cost_usd" ? value : (kept.max_cost_usd ?? "");
    if (least !== "" && most !== "" && Number(least) > Number(most))
      return "The most is less than the least.";
    change({ [name]: value });
    return null;
  };
  return (
    <>
      <div className="range-pair">
        <DraftInput
          label="Cost at least, US dollars"
          prefix="$"
          value={kept.min_cost_usd ?? ""}
          onCommit={commit("min_cost_usd")}
        />
        <span className="text-3">to</span>
        <DraftInput
          label="Cost at most, US dollars"
          prefix="$"
          value={kept.max_cost_usd ?? ""}
          onCommit={commit("max_cost_usd")}
        />
      </div>
      <p className="text-3 small">What has no known cost fits no range.</p>
    </>
  );
}
