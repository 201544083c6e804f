import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { Icon } from "../icon/Icon.tsx";
import { Button } from "../page/Button.tsx";
import { copyText } from "../value/CopyId.tsx";
import { formatCount } from "../value/format.ts";
import { JsonLines } from "./JsonLines.tsx";
import { JsonSearch } from "./JsonSearch.tsx";
import "./json.css";
import { lineAt, lineCount, mostOpenedAtOnce, writePath } from "./json-tree.ts";
import { type JsonTreeState, useJsonTree } from "./use-json-tree.ts";

type JsonViewProps = {
  value: unknown;
  /** Levels that stand open at first; a text too long for its line counts as one. */
  openLevels?: number;
  label: string;
  /** The value as it was read, for the download; written anew where there is none. */
  text?: string;
};

const smallLines = 24;
const characterPx = 7.3;
const usualColumns = 110;

function writeJson(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? "undefined";
}

/** A JSON value of any size as a tree that folds: only the lines in sight are drawn. A small one has a copy button and no more. */
export function JsonView({ value, openLevels = 3, label, text }: JsonViewProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const [columns, setColumns] = useState(usualColumns);
  const [words, setWords] = useState("");
  const state = useJsonTree(value, openLevels, columns, scroller);
  const [isSmall, setIsSmall] = useState(() => lineCount(state.tree) <= smallLines && text === undefined);
  useLayoutEffect(() => {
    const width = scroller.current?.clientWidth ?? 0;
    if (width > 0) setColumns(Math.max(30, Math.floor((width - 56) / characterPx)));
  }, []);
  const count = lineCount(state.tree);
  if (isSmall && count > 2 * smallLines) setIsSmall(false);
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "f" || !(event.ctrlKey || event.metaKey) || search.current === null) return;
    event.preventDefault();
    search.current.focus();
    search.current.select();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Ctrl-F from anywhere in it goes to its own search.
    <div className="json-frame" onKeyDown={onKey}>
      {isSmall ? (
        <CopyValue value={value} label={`Copy ${label}`} />
      ) : (
        <div className="json-tools">
          <JsonSearch
            value={value}
            label={label}
            words={words}
            field={search}
            onWords={setWords}
            onShow={state.show}
          />
          <span className="spacer" />
          <FoldButtons state={state} />
          <Button look="quiet" onClick={() => download(text ?? writeJson(value), label)}>
            Download
          </Button>
        </div>
      )}
      <JsonLines
        tree={state.tree}
        revision={state.revision}
        label={label}
        active={state.active}
        words={words}
        scroller={scroller}
        onActivate={state.activate}
        onToggle={state.toggle}
        onKey={state.onKey}
      />
      {!isSmall && <ActivePlace state={state} />}
    </div>
  );
}

function FoldButtons({ state }: { state: JsonTreeState }) {
  return (
    <>
      <span role="status" className="small text-3">
        {state.isPartlyOpen && `the first ${formatCount(mostOpenedAtOnce)} are unfolded`}
      </span>
      <Button look="quiet" onClick={state.openEverything}>
        Unfold all
      </Button>
      <Button look="quiet" onClick={state.closeEverything}>
        Fold all
      </Button>
    </>
  );
}

function ActivePlace({ state }: { state: JsonTreeState }) {
  const line = lineAt(state.tree, state.active);
  const path = writePath(line.kind === "text" ? line.path.slice(0, -1) : line.path);
  const whole = line.kind === "text" ? lineAt(state.tree, state.active - line.position).value : line.value;
  return (
    <div className="json-place">
      <code className="cut" title={path}>
        {path}
      </code>
      <CopyValue value={path} label="Copy path" words="Path" />
      <CopyValue value={whole} label="Copy value" words="Value" />
    </div>
  );
}

type CopyValueProps = { value: unknown; label: string; words?: string };

/** Copies a text as it is and anything else as JSON, written only when it is asked for. */
function CopyValue({ value, label, words }: CopyValueProps) {
  const [outcome, setOutcome] = useState<"idle" | "copied" | "refused">("idle");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const copy = async () => {
    setOutcome((await copyText(typeof value === "string" ? value : writeJson(value))) ? "copied" : "refused");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOutcome("idle"), 1600);
  };
  return (
    <button
      type="button"
      className={words === undefined ? "copy json-copy" : "button button-quiet"}
      aria-label={label}
      title={label}
      onClick={copy}
    >
      <Icon
        name={outcome === "copied" ? "check" : "copy"}
        small
        className={outcome === "copied" ? "is-ok" : ""}
      />
      {words !== undefined && <span>{words}</span>}
      <span role="status" className={outcome === "refused" ? "small text-2" : "visually-hidden"}>
        {outcome === "copied" && "copied"}
        {outcome === "refused" && "the browser refused; download it instead"}
      </span>
    </button>
  );
}

function download(text: string, label: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${label.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-")}.json`;
  link.click();
  // Revoked at once, some browsers save nothing.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
