import { useMemo, useState } from "react";
import { Button } from "../page/Button.tsx";
import { formatBytes } from "../value/format.ts";
import { JsonView } from "./JsonView.tsx";

const shownAtOnce = 20_000;

type LazyJsonProps = {
  value: unknown;
  label: string;
  /** Read where there is no value. */
  missing: string;
  /** Levels that stand open in a small value. */
  openLevels?: number;
};

/** A JSON value of any size: a small one stands there at once, a big one is drawn when it is asked for, folded. */
export function LazyJson({ value, label, missing, openLevels = 2 }: LazyJsonProps) {
  const [asked, setAsked] = useState(false);
  const characters = useMemo(() => JSON.stringify(value)?.length ?? 0, [value]);
  if (value === null || value === undefined) return <span className="text-3">{missing}</span>;
  const big = characters > shownAtOnce;
  if (!big) return <JsonView value={value} label={label} openLevels={openLevels} />;
  if (asked) return <JsonView value={value} label={label} openLevels={1} />;
  return (
    <Button onClick={() => setAsked(true)}>
      Show {label}, {formatBytes(characters)}
    </Button>
  );
}
