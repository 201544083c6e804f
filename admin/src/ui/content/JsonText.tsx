import { visiblePieces } from "./json-text.ts";

function Pieces({ text, words }: { text: string; words: string }) {
  const keyed = visiblePieces(text).map((piece, place) => ({ ...piece, key: place }));
  return keyed.map(({ key, text: shown, isControl }) =>
    isControl ? (
      <span key={key} className="json-control">
        {shown}
      </span>
    ) : (
      <Marked key={key} text={shown} words={words} />
    ),
  );
}

function Marked({ text, words }: { text: string; words: string }) {
  const at = words === "" ? -1 : text.toLowerCase().indexOf(words.toLowerCase());
  if (at === -1) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + words.length)}</mark>
      <Marked text={text.slice(at + words.length)} words={words} />
    </>
  );
}

/** Text of unknown origin: what cannot be seen is spelled out, the searched words are marked, its direction stays inside. */
export function JsonText({ text, words }: { text: string; words: string }) {
  return (
    <bdi>
      <Pieces text={text} words={words} />
    </bdi>
  );
}
