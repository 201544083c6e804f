import { type KeyboardEvent, type RefObject, useEffect, useId, useLayoutEffect, useState } from "react";
import { formatCount } from "../value/format.ts";
import { JsonText } from "./JsonText.tsx";
import { type JsonLine, type JsonTree, lineAt, lineCount } from "./json-tree.ts";

const overscan = 10;
const tallestPx = 560;
const longestPreview = 400;

type JsonLinesProps = {
  tree: JsonTree;
  /** Grows with each change of the tree, which is changed in place. */
  revision: number;
  label: string;
  active: number;
  words: string;
  scroller: RefObject<HTMLDivElement | null>;
  onActivate: (line: number) => void;
  onToggle: (line: JsonLine, index: number) => void;
  onKey: (event: KeyboardEvent) => void;
};

/** The height of a line in px as the style sheet has it; phones have taller ones. */
export function lineHeightOf(element: Element | null): number {
  const height = element === null ? Number.NaN : Number.parseFloat(getComputedStyle(element).lineHeight);
  return Number.isFinite(height) ? height : 20;
}

/** The lines in sight of a tree of any size, as one thing to tab to; the active line moves with the keys. */
export function JsonLines(props: JsonLinesProps) {
  const { tree, label, active, scroller, words } = props;
  const id = useId();
  const count = lineCount(tree);
  const [top, setTop] = useState(0);
  const [size, setSize] = useState({ line: 20, height: tallestPx });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = () => {
      const line = lineHeightOf(element);
      setSize((before) => (before.line === line ? before : { line, height: tallestPx }));
    };
    measure();
    window.addEventListener("resize", measure);
    return () => window.removeEventListener("resize", measure);
  }, [scroller]);
  const first = Math.max(0, Math.min(Math.floor(top / size.line), count) - overscan);
  const last = Math.min(count, Math.ceil((top + size.height) / size.line) + overscan);
  const drawn = Array.from({ length: Math.max(0, last - first) }, (_, place) => first + place);
  if (active < first || active >= last) drawn.push(active);
  useEffect(() => {
    // After folding, the browser may have moved the place without an event yet.
    if (scroller.current !== null && props.revision >= 0) setTop(scroller.current.scrollTop);
  }, [scroller, props.revision]);
  return (
    <div
      ref={scroller}
      className="json"
      role="tree"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={`${id}-${active}`}
      onKeyDown={props.onKey}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <div role="none" style={{ height: count * size.line, position: "relative" }}>
        {drawn.map((index) => (
          <Line
            key={index}
            id={`${id}-${index}`}
            line={lineAt(tree, index)}
            topPx={index * size.line}
            isActive={index === active}
            words={words}
            onActivate={() => props.onActivate(index)}
            onToggle={(line) => props.onToggle(line, index)}
          />
        ))}
      </div>
    </div>
  );
}

type LineProps = {
  id: string;
  line: JsonLine;
  topPx: number;
  isActive: boolean;
  words: string;
  onActivate: () => void;
  onToggle: (line: JsonLine) => void;
};

function Line({ id, line, topPx, isActive, words, onActivate, onToggle }: LineProps) {
  const press = () => {
    onActivate();
    // Marking text with the pointer is not a press.
    if (window.getSelection()?.type !== "Range" && line.isOpen !== undefined) onToggle(line);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys of all its lines.
    <div
      id={id}
      role="treeitem"
      tabIndex={-1}
      aria-level={line.depth + 1}
      aria-label={line.kind === "text" && String(line.value).trim() === "" ? "blank line" : undefined}
      aria-expanded={line.isOpen}
      aria-selected={isActive}
      aria-posinset={line.position}
      aria-setsize={line.siblings}
      className={isActive ? "json-line json-active" : "json-line"}
      style={{ position: "absolute", top: topPx, left: 0, right: 0 }}
      onClick={press}
    >
      <span className="json-fold" style={{ marginLeft: `${2 * line.depth}ch` }} />
      {line.name !== undefined && (
        <span className={typeof line.name === "number" ? "json-punctuation" : "json-key"}>
          <JsonText text={String(line.name)} words={words} />:{" "}
        </span>
      )}
      <Value line={line} words={words} />
    </div>
  );
}

function Value({ line, words }: { line: JsonLine; words: string }) {
  const { value, kind, isOpen } = line;
  if (kind === "text") {
    return (
      <span className="json-value json-string">
        <JsonText text={String(value).replace(/\r?\n$/, "")} words={words} />
      </span>
    );
  }
  if (typeof value === "string") return <TextValue text={value} isOpen={isOpen} words={words} />;
  if (Array.isArray(value)) {
    return <Summary brackets="[]" isOpen={isOpen} count={value.length} one="entry" many="entries" />;
  }
  if (typeof value === "object" && value !== null) {
    const count = Object.keys(value).length;
    return (
      <>
        <Summary brackets="{}" isOpen={isOpen} count={count} one="member" many="members" />
        {isOpen === false && (
          <span className="json-value json-collapsed">
            <JsonText text={`  ${previewOf(value)}`} words={words} />
          </span>
        )}
      </>
    );
  }
  return (
    <span className={value === null || value === undefined ? "json-null" : "json-number"}>
      <JsonText text={String(value)} words={words} />
    </span>
  );
}

const previewedMembers = 3;
const previewedCharacters = 60;

/** The first plain members of an object that is folded. */
function previewOf(value: object): string {
  const plain = Object.entries(value).filter(([, member]) => typeof member !== "object");
  return plain
    .slice(0, previewedMembers)
    .map(([name, member]) => `${name}: ${String(member).slice(0, previewedCharacters)}`)
    .join(", ");
}

function TextValue({ text, isOpen, words }: { text: string; isOpen: boolean | undefined; words: string }) {
  if (isOpen === true) {
    return <span className="json-collapsed">{formatCount(text.length)} characters</span>;
  }
  return (
    <>
      <span className="json-value json-string">
        "<JsonText text={text.slice(0, longestPreview)} words={words} />
        {text.length <= longestPreview && '"'}
      </span>
      {isOpen === false && (
        <span className="json-collapsed"> show all {formatCount(text.length)} characters</span>
      )}
    </>
  );
}

type SummaryProps = {
  brackets: string;
  isOpen: boolean | undefined;
  count: number;
  one: string;
  many: string;
};

function Summary({ brackets, isOpen, count, one, many }: SummaryProps) {
  if (count === 0) return <span className="json-punctuation">{brackets}</span>;
  return (
    <span className="json-collapsed">
      {isOpen ? brackets[0] : `${brackets[0]}…${brackets[1]}`} {formatCount(count)} {count === 1 ? one : many}
    </span>
  );
}
