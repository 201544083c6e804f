import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { Icon } from "../../../ui/icon/Icon.tsx";
import { IconButton } from "../../../ui/page/Button.tsx";
import { formatCount } from "../../../ui/value/format.ts";
import { visibleText } from "../../../ui/value/visible-text.ts";
import "./source.css";
import {
  passageAt,
  passagesOf,
  piecesOf,
  quotePattern,
  type Stretch,
  searchPattern,
  stretchesOf,
} from "./source-passages.ts";

const linePx = 24;
const charactersPerLine = 84;

type SourceTextProps = {
  text: string;
  /** Passages that were quoted; they are marked and the first one is brought into sight. */
  quotes: readonly string[];
};

/** A text of any length to read and to search; only what is in sight is drawn. */
export function SourceText({ text, quotes }: SourceTextProps) {
  const [typed, setTyped] = useState("");
  const [current, setCurrent] = useState(0);
  const quoteText = quotes.join("\n");
  const stretches = useMemo(() => {
    const pattern = searchPattern(typed);
    if (pattern !== null) return stretchesOf(text, [pattern]);
    // The joined text stands for the list, which is built anew in every render.
    return stretchesOf(
      text,
      quoteText.split("\n").flatMap((quote) => quotePattern(quote) ?? []),
    );
  }, [text, typed, quoteText]);
  const step = (by: number) => {
    if (stretches.length > 0) setCurrent((current + by + stretches.length) % stretches.length);
  };
  const search = (words: string) => {
    setTyped(words);
    setCurrent(0);
  };
  const isMissing = quoteText !== "" && typed.trim() === "" && stretches.length === 0;
  return (
    <>
      <FindLine typed={typed} found={stretches.length} current={current} onType={search} onStep={step} />
      {isMissing && (
        <p className="small text-2" role="status">
          The quoted words are not in this text as they stand in the lesson: the lesson or the source was
          edited.
        </p>
      )}
      <Passages text={text} stretches={stretches} current={current} />
    </>
  );
}

type FindLineProps = {
  typed: string;
  found: number;
  current: number;
  onType: (typed: string) => void;
  onStep: (by: number) => void;
};

function FindLine({ typed, found, current, onType, onStep }: FindLineProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    onStep(event.shiftKey ? -1 : 1);
  };
  const what = typed.trim() === "" ? "quoted place" : "match";
  return (
    <div className="row wraps">
      <label className="filter-search source-find">
        <Icon name="search" small />
        <input
          type="search"
          aria-label="Find in the source"
          placeholder="Find in the source"
          value={typed}
          onChange={(event) => onType(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </label>
      <span className="text-3 small" role="status">
        {found > 0 && `${what} ${formatCount(current + 1)} of ${formatCount(found)}`}
        {found === 0 && typed.trim() !== "" && "not found"}
      </span>
      {found > 1 && (
        <>
          <IconButton icon="up" label="Previous place" onClick={() => onStep(-1)} />
          <IconButton icon="down" label="Next place" onClick={() => onStep(1)} />
        </>
      )}
    </div>
  );
}

type PassagesProps = { text: string; stretches: readonly Stretch[]; current: number };

function Passages({ text, stretches, current }: PassagesProps) {
  const frame = useRef<HTMLElement>(null);
  const passages = useMemo(() => passagesOf(text), [text]);
  const lengthOf = (index: number) => (passages[index]?.to ?? 0) - (passages[index]?.from ?? 0);
  const rows = useVirtualizer({
    count: passages.length,
    getScrollElement: () => frame.current,
    estimateSize: (index) => linePx * Math.max(1, Math.ceil(lengthOf(index) / charactersPerLine)),
    overscan: 12,
  });
  // The text arrives after its dialog has opened, so it takes the keyboard itself.
  useEffect(() => frame.current?.focus({ preventScroll: true }), []);
  const wanted = stretches[current]?.from;
  useEffect(() => {
    if (wanted !== undefined) rows.scrollToIndex(passageAt(passages, wanted), { align: "center" });
  }, [rows, passages, wanted]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section ref={frame} className="source-text" aria-label="Text of the source" tabIndex={0}>
      <div className="source-passages" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((row) => {
          const passage = passages[row.index];
          return passage === undefined ? null : (
            <p
              key={row.key}
              ref={rows.measureElement}
              data-index={row.index}
              style={{ transform: `translateY(${row.start}px)` }}
            >
              {piecesOf(text, passage, stretches).map((piece) =>
                piece.mark === null ? (
                  visibleText(piece.text)
                ) : (
                  <mark key={piece.from} className={piece.mark === current ? "mark-current" : ""}>
                    {visibleText(piece.text)}
                  </mark>
                ),
              )}
            </p>
          );
        })}
      </div>
    </section>
  );
}
