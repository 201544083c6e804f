import { useMemo } from "react";
import "./content.css";
import { renderMarkdown } from "./markdown-html.ts";

/** Markdown as prose; what may appear in it is decided in `renderMarkdown`. */
export function MarkdownText({ text }: { text: string }) {
  const html = useMemo(() => ({ __html: renderMarkdown(text) }), [text]);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: renderMarkdown lets no raw HTML, script or remote content through; its tests attack it.
  return <div className="prose markdown" dangerouslySetInnerHTML={html} />;
}
