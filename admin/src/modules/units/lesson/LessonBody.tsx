import { createElement, Fragment } from "react";
import type { Block, Span } from "../../../api/content-rows.ts";
import "../../../ui/content/content.css";
import { LongText } from "../../../ui/value/LongText.tsx";
import { visibleText } from "../../../ui/value/visible-text.ts";
import { SourceLink } from "../source/SourceLink.tsx";
import "./lesson.css";
import { formatReferences, referencesOf, type SourceReference, shortReference } from "./source-reference.ts";

/** A paragraph is far shorter; a text without any break is drawn in parts. */
const spanCharacters = 20_000;

/** Where the body that is drawn belongs, and whether its references must name their source. */
export type LessonPlace = { unitId: string; lessonId: string; severalSources: boolean };

const quotesIn = (spans: Span[]) => spans.flatMap((span) => (span.reference === null ? [] : [span.text]));

function Spans({ spans, severalSources }: { spans: Span[]; severalSources: boolean }) {
  const keyed = spans.map((span, position) => ({ span, key: `span-${position}` }));
  return keyed.map(({ span, key }, position) => (
    <Fragment key={key}>
      {position > 0 && " "}
      <span
        className={`span-${span.kind}`}
        title={span.reference === null ? undefined : formatReferences([span.reference], severalSources)}
      >
        <LongText text={span.text} limit={spanCharacters} />
      </span>
    </Fragment>
  ));
}

type SourceMarkProps = { references: SourceReference[]; quotes: string[]; place: LessonPlace };

/** A quiet mark after a quoted passage: pointing at it shows what is quoted and from where, pressing it opens the source there. */
function SourceMark({ references, quotes, place }: SourceMarkProps) {
  const [first] = references;
  if (first === undefined) return null;
  const words = formatReferences(references, place.severalSources);
  return (
    <SourceLink
      unitId={place.unitId}
      lessonId={place.lessonId}
      position={first.source}
      quotes={quotes}
      className="source-mark"
      aria-label={`Quoted from ${words}: read it in the source`}
      data-reference={words}
    >
      {shortReference(references)}
    </SourceLink>
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
              {visibleText(cell.text)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {body.map((row) => (
          <tr key={row.key}>
            {row.cells.map((cell) => (
              <td key={cell.key}>{visibleText(cell.text)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type BlockViewProps = { block: Block; place: LessonPlace };

function ListBlock({ items, place }: { items: Span[][]; place: LessonPlace }) {
  const keyed = items.map((spans, position) => ({ spans, key: `item-${position}` }));
  return (
    <ul>
      {keyed.map(({ spans, key }) => (
        <li key={key} className="quotable">
          <Spans spans={spans} severalSources={place.severalSources} />
          <SourceMark references={referencesOf(spans)} quotes={quotesIn(spans)} place={place} />
        </li>
      ))}
    </ul>
  );
}

function BlockView({ block, place }: BlockViewProps) {
  switch (block.type) {
    case "heading":
      return createElement(`h${Math.min(6, Math.max(3, block.level + 1))}`, null, visibleText(block.text));
    case "paragraph":
      return (
        <p className="quotable">
          <Spans spans={block.spans} severalSources={place.severalSources} />
          <SourceMark references={referencesOf(block.spans)} quotes={quotesIn(block.spans)} place={place} />
        </p>
      );
    case "list":
      return <ListBlock items={block.items} place={place} />;
    case "code":
      return (
        <pre>
          <code>{visibleText(block.text)}</code>
        </pre>
      );
    case "table":
      return <TableBlock rows={block.rows} />;
  }
}

/** The body of a lesson, drawn from its blocks; nothing in it is treated as HTML. */
export function LessonBody({ blocks, place }: { blocks: Block[]; place: LessonPlace }) {
  const keyed = blocks.map((block, position) => ({ block, key: `block-${position}` }));
  return (
    <div className="prose">
      {keyed.map(({ block, key }) => (
        <BlockView key={key} block={block} place={place} />
      ))}
    </div>
  );
}
