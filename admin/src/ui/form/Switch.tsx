import "./switch.css";

type SwitchProps = {
  on: boolean;
  /** Accessible name: what is switched. */
  label: string;
  busy?: boolean;
  onChange: (on: boolean) => void;
};

/** A native checkbox that says whether something is on. While busy it ignores clicks. */
export function Switch({ on, label, busy = false, onChange }: SwitchProps) {
  return (
    <label className="switch" title={label}>
      <input
        type="checkbox"
        role="switch"
        aria-checked={on}
        aria-label={label}
        aria-busy={busy || undefined}
        checked={on}
        onChange={(event) => {
          if (!busy) onChange(event.currentTarget.checked);
        }}
      />
      <span aria-hidden="true">{on ? "On" : "Off"}</span>
    </label>
  );
}
