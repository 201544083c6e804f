import { useId } from "react";
import { showToast } from "../overlay/toasts.ts";
import "./switch.css";

type SwitchProps = {
  on: boolean;
  /** Accessible name: what is switched. */
  label: string;
  busy?: boolean;
  /** Why it cannot be switched. It stays focusable, so that the reason can be read. */
  disabledReason?: string | undefined;
  onChange: (on: boolean) => void;
};

/** A native checkbox that says whether something is on. While busy, or with a reason against it, it ignores clicks. */
export function Switch({ on, label, busy = false, disabledReason, onChange }: SwitchProps) {
  const reasonId = useId();
  return (
    <label className="switch" title={disabledReason ?? label}>
      <input
        type="checkbox"
        role="switch"
        aria-checked={on}
        aria-label={label}
        aria-busy={busy || undefined}
        aria-disabled={disabledReason !== undefined || undefined}
        aria-describedby={disabledReason === undefined ? undefined : reasonId}
        checked={on}
        onChange={(event) => {
          if (disabledReason !== undefined) showToast({ tone: "idle", words: disabledReason });
          else if (!busy) onChange(event.currentTarget.checked);
        }}
      />
      <span aria-hidden="true">{on ? "On" : "Off"}</span>
      {disabledReason !== undefined && (
        <span id={reasonId} className="visually-hidden">
          {disabledReason}
        </span>
      )}
    </label>
  );
}
