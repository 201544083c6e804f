import { lazy, Suspense } from "react";
import { visibleText } from "../value/visible-text.ts";
import "./content.css";

function PlainText({ text }: { text: string }) {
  return <div className="prose prose-plain">{visibleText(text)}</div>;
}

// The reader of Markdown is a fifth of a page's script. Without it every word is there still, only without its form.
const MarkdownText = lazy(() =>
  import("./MarkdownText.tsx").then(
    ({ MarkdownText: component }) => ({ default: component }),
    () => ({ default: PlainText }),
  ),
);

/** Text of a model or a source as prose; plain until the code that reads Markdown has come. */
export function Markdown({ text }: { text: string }) {
  return (
    <Suspense fallback={<PlainText text={text} />}>
      <MarkdownText text={text} />
    </Suspense>
  );
}
