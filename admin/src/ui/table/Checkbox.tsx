import { useEffect, useRef } from "react";
import "./checkbox.css";

type CheckboxProps = {
  checked: boolean | "some";
  /** Told whether Shift was held, which asks for everything in between. */
  onToggle: (withShift: boolean) => void;
  label?: string;
  /** Ids of the elements that name it, where no words of its own do. */
  labelledBy?: string;
};

/** A checkbox with a target of its whole cell; `some` is the dash between off and on. */
export function Checkbox({ checked, onToggle, label, labelledBy }: CheckboxProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current !== null) input.current.indeterminate = checked === "some";
  }, [checked]);
  return (
    <input
      ref={input}
      type="checkbox"
      className="checkbox"
      checked={checked === true}
      aria-label={label}
      aria-labelledby={labelledBy}
      onMouseDown={(event) => {
        // With Shift the browser would mark the text in between.
        if (event.shiftKey) event.preventDefault();
      }}
      onClick={(event) => {
        input.current?.focus();
        onToggle(event.shiftKey);
      }}
      // The click decides, because only it knows of Shift; React wants to hear that the change is handled.
      onChange={() => undefined}
    />
  );
}
