import { createElement, Fragment, useState } from "react";
import type { Block, Span } from "../../../api/content-rows.ts";
import "../../../ui/content/content.css";
import "./lesson.css";
import { formatReferences, referencesOf, type SourceReference, shortReference } from "./source-reference.ts";

function Spans({ spans, severalSources }: { spans: Span[]; severalSources: boolean }) {
  const keyed = spans.map((span, position) => ({ span, key: `span-${position}` }));
  return keyed.map(({ span, key }, position) => (
    <Fragment key={key}>
      {position > 0 && " "}
      <span
        className={`span-${span.kind}`}
        title={span.reference === null ? undefined : formatReferences([span.reference], severalSources)}
      >
        {span.text}
      </span>
    </Fragment>
  ));
}

type SourceMarkProps = { references: SourceReference[]; severalSources: boolean };

/** A quiet mark after a quoted passage: pointing at it shows what is quoted and from where, pressing it keeps that on show. */
function SourceMark({ references, severalSources }: SourceMarkProps) {
  const [pinned, setPinned] = useState(false);
  if (references.length === 0) return null;
  const words = formatReferences(references, severalSources);
  return (
    <button
      type="button"
      className="source-mark"
      aria-label={`Quoted from ${words}`}
      aria-pressed={pinned}
      data-reference={words}
      onClick={() => setPinned(!pinned)}
    >
      {shortReference(references)}
    </button>
  );
}

function TableBlock({ rows }: { rows: string[][] }) {
  const keyed = rows.map((cells, row) => ({
    key: `row-${row}`,
    cells: cells.map((text, column) => ({ key: `cell-${column}`, text })),
  }));
  const [head, ...body] = keyed;
  return (
    <table>
      <thead>
        <tr>
          {head?.cells.map((cell) => (
            <th key={cell.key} scope="col">
              {cell.text}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {body.map((row) => (
          <tr key={row.key}>
            {row.cells.map((cell) => (
              <td key={cell.key}>{cell.text}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type BlockViewProps = { block: Block; severalSources: boolean };

function ListBlock({ items, severalSources }: { items: Span[][]; severalSources: boolean }) {
  const keyed = items.map((spans, position) => ({ spans, key: `item-${position}` }));
  return (
    <ul>
      {keyed.map(({ spans, key }) => (
        <li key={key} className="quotable">
          <Spans spans={spans} severalSources={severalSources} />
          <SourceMark references={referencesOf(spans)} severalSources={severalSources} />
        </li>
      ))}
    </ul>
  );
}

function BlockView({ block, severalSources }: BlockViewProps) {
  switch (block.type) {
    case "heading":
      return createElement(`h${Math.min(6, Math.max(3, block.level + 1))}`, null, block.text);
    case "paragraph":
      return (
        <p className="quotable">
          <Spans spans={block.spans} severalSources={severalSources} />
          <SourceMark references={referencesOf(block.spans)} severalSources={severalSources} />
        </p>
      );
    case "list":
      return <ListBlock items={block.items} severalSources={severalSources} />;
    case "code":
      return (
        <pre>
          <code>{block.text}</code>
        </pre>
      );
    case "table":
      return <TableBlock rows={block.rows} />;
  }
}

type LessonBodyProps = {
  blocks: Block[];
  /** References name the source only where there are several. */
  severalSources: boolean;
};

/** The body of a lesson, drawn from its blocks; nothing in it is treated as HTML. */
export function LessonBody({ blocks, severalSources }: LessonBodyProps) {
  const keyed = blocks.map((block, position) => ({ block, key: `block-${position}` }));
  return (
    <div className="prose">
      {keyed.map(({ block, key }) => (
        <BlockView key={key} block={block} severalSources={severalSources} />
      ))}
    </div>
  );
}
