import { useState } from "react";
import { formatBytes } from "./format.ts";
import "./values.css";
import { visibleText } from "./visible-text.ts";

const growth = 10;

type LongTextProps = {
  text: string;
  /** Characters that are shown at first; each press shows ten times as many. */
  limit?: number;
};

/** A text of any length and origin: its beginning stands there, the rest is drawn when it is asked for, and it cannot reorder what stands around it. */
export function LongText({ text, limit = 600 }: LongTextProps) {
  const [shown, setShown] = useState(limit);
  if (text.length <= shown) return <bdi className="long-text">{visibleText(text)}</bdi>;
  return (
    <>
      <bdi className="long-text">{visibleText(text.slice(0, shown))}…</bdi>{" "}
      <button type="button" className="long-text-more" onClick={() => setShown(shown * growth)}>
        Show more of {formatBytes(text.length)}
      </button>
    </>
  );
}
