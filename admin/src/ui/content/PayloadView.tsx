import { useEffect, useRef, useState } from "react";
import { Button } from "../page/Button.tsx";
import { ErrorBlock } from "../page/ErrorBlock.tsx";
import { formatBytes } from "../value/format.ts";
import { JsonView } from "./JsonView.tsx";

/** Reads the JSON as text; tells how much has come, in bytes, as it comes. */
export type LoadPayload = (onProgress: (bytes: number) => void) => Promise<string>;

type PayloadViewProps = {
  /** The value, if it came along; null when it is too big for that, or when there is none. */
  value: unknown;
  /** Its length as JSON; null when there is none, or none any more. */
  characters: number | null;
  load: LoadPayload;
  /** What it is: "input", "the sent request". */
  label: string;
  /** Read where there is no value. */
  missing: string;
  openLevels?: number;
};

const charactersOfNull = 4;
const foldedFrom = 20_000;

/** A JSON value of any size: shown where it came along, else behind a button that says how much it would read. */
export function PayloadView(props: PayloadViewProps) {
  const { value, characters, load, label, missing, openLevels = 2 } = props;
  const isThere = value !== null && value !== undefined;
  if (isThere) {
    const levels = (characters ?? 0) > foldedFrom ? 1 : openLevels;
    return <JsonView value={value} label={label} openLevels={levels} />;
  }
  if (characters === null) return <span className="text-3">{missing}</span>;
  if (characters <= charactersOfNull) return <JsonView value={null} label={label} />;
  return <BigPayload characters={characters} load={load} label={label} />;
}

type Reading =
  | { kind: "idle" }
  | { kind: "loading"; bytes: number }
  | { kind: "parsing" }
  | { kind: "failed"; reason: string }
  | { kind: "ready"; value: unknown; text: string };

function BigPayload({
  characters,
  load,
  label,
}: Pick<PayloadViewProps, "load" | "label"> & { characters: number }) {
  const [reading, setReading] = useState<Reading>({ kind: "idle" });
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);
  const update = (next: Reading) => {
    if (!gone.current) setReading(next);
  };
  const read = async () => {
    update({ kind: "loading", bytes: 0 });
    try {
      const text = await load((bytes) => update({ kind: "loading", bytes }));
      update({ kind: "parsing" });
      await nextFrame();
      // A worker would not help: handing the parsed value over costs the page more than parsing it.
      const value: unknown = JSON.parse(text);
      update({ kind: "ready", value, text });
    } catch (error) {
      update({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
    }
  };
  const size = formatBytes(characters);
  if (reading.kind === "ready") {
    return <JsonView value={reading.value} text={reading.text} label={label} openLevels={1} />;
  }
  if (reading.kind === "failed") {
    return (
      <ErrorBlock
        title={`The ${label.replace(/^the /, "")} could not be read`}
        actions={<Button onClick={read}>Try again</Button>}
      >
        {reading.reason}
      </ErrorBlock>
    );
  }
  if (reading.kind === "idle") {
    return (
      <Button onClick={read}>
        Show {label}, {size}
      </Button>
    );
  }
  const bytes = reading.kind === "loading" ? reading.bytes : characters;
  return (
    <div className="payload-wait" role="status">
      <span>
        {reading.kind === "loading"
          ? `Reading ${label}: ${formatBytes(bytes)} of ${size}`
          : `Unfolding ${label}…`}
      </span>
      <progress max={characters} value={Math.min(bytes, characters)} aria-label={`Reading ${label}`} />
    </div>
  );
}

/** Lets the page draw what it waits for before it is busy. */
function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
}
