import { useMemo, useState } from "react";
import { Button } from "../../../ui/page/Button.tsx";
import { formatQuantity } from "../../../ui/value/format.ts";
import { visibleText } from "../../../ui/value/visible-text.ts";
import "./compare.css";
import { countChanges, type DiffBlock, type DiffLine, diffLinesOf, foldUnchanged } from "./diff-lines.ts";

type DifferenceViewProps = { before: string[]; after: string[]; label: string };

/** Two texts as one, with what was removed and what was added; unchanged stretches are folded. */
export function DifferenceView({ before, after, label }: DifferenceViewProps) {
  const lines = useMemo(() => diffLinesOf(before, after), [before, after]);
  const blocks = useMemo(() => foldUnchanged(lines), [lines]);
  const { removed, added } = countChanges(lines);
  if (removed + added === 0)
    return <p className="text-2 difference-same">No difference: they are the same.</p>;
  return (
    <figure className="difference" aria-label={label}>
      <figcaption className="text-3 small">
        {formatQuantity(removed, "line")} removed, {formatQuantity(added, "line")} added
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className="difference-lines" aria-label={`Lines of ${label}`} tabIndex={0}>
        {blocks.map((block) =>
          block.kind === "fold" ? (
            <Fold key={block.key} block={block} />
          ) : (
            block.lines.map((line) => <Line key={line.key} line={line} />)
          ),
        )}
      </section>
    </figure>
  );
}

function Fold({ block }: { block: DiffBlock }) {
  const [open, setOpen] = useState(false);
  if (open) return block.lines.map((line) => <Line key={line.key} line={line} />);
  return (
    <div className="difference-fold">
      <Button look="quiet" onClick={() => setOpen(true)}>
        {formatQuantity(block.lines.length, "unchanged line")}
      </Button>
    </div>
  );
}

const signs = { same: " ", removed: "−", added: "+" } as const;

function Line({ line }: { line: DiffLine }) {
  const words = line.words.map((word) =>
    word.changed ? (
      <b key={word.key}>{visibleText(word.text)}</b>
    ) : (
      <span key={word.key}>{visibleText(word.text)}</span>
    ),
  );
  return (
    <div className={`difference-line difference-${line.kind}`}>
      <span className="difference-sign" aria-hidden="true">
        {signs[line.kind]}
      </span>
      {line.kind === "same" && <span className="difference-text">{words}</span>}
      {line.kind === "removed" && <del className="difference-text">{words}</del>}
      {line.kind === "added" && <ins className="difference-text">{words}</ins>}
    </div>
  );
}
