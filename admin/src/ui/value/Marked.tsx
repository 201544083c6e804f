import "./marked.css";

/** A text cut where a part of it fits; `fits` is true for those parts. */
export type MarkedPart = { text: string; fits: boolean; start: number };

/** Cuts a text around every place that holds the wanted words, whatever their case. */
export function markParts(text: string, wanted: string): MarkedPart[] {
  const needle = wanted.trim().toLowerCase();
  const hay = text.toLowerCase();
  // Lower case can be longer than the text in a few scripts: then places would not match, so nothing is marked.
  if (needle === "" || hay.length !== text.length) return [{ text, fits: false, start: 0 }];
  const parts: MarkedPart[] = [];
  let from = 0;
  for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, from)) {
    if (at > from) parts.push({ text: text.slice(from, at), fits: false, start: from });
    parts.push({ text: text.slice(at, at + needle.length), fits: true, start: at });
    from = at + needle.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), fits: false, start: from });
  return parts;
}

/** A text with the wanted part marked. */
export function Marked({ text, wanted }: { text: string; wanted: string }) {
  return markParts(text, wanted).map((part) =>
    part.fits ? (
      <mark key={part.start} className="marked">
        {part.text}
      </mark>
    ) : (
      <span key={part.start}>{part.text}</span>
    ),
  );
}
