import { useRef, useState } from "react";
import { Icon } from "../icon/Icon.tsx";
import { shortenId } from "./format.ts";
import "./values.css";

/** Copies text and answers whether that worked; a page without a secure address may not use the clipboard. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Refused by the browser: the caller says so beside the button.
    return false;
  }
}

/** A button that copies a text and says so in place. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [outcome, setOutcome] = useState<"idle" | "copied" | "refused">("idle");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const copy = async () => {
    setOutcome((await copyText(text)) ? "copied" : "refused");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOutcome("idle"), 1600);
  };
  return (
    <button type="button" className="copy" aria-label={label} title={label} onClick={copy}>
      <Icon
        name={outcome === "copied" ? "check" : "copy"}
        small
        className={outcome === "copied" ? "is-ok" : ""}
      />
      <span role="status" className={outcome === "refused" ? "small text-2" : "visually-hidden"}>
        {outcome === "copied" && "copied"}
        {outcome === "refused" && "the browser refused; select the text instead"}
      </span>
    </button>
  );
}

/** An id shortened in its middle, with a button that copies all of it. */
export function CopyId({ id, label = "Copy id" }: { id: string; label?: string }) {
  return (
    <span className="copy-id">
      <span className="id" title={id}>
        {shortenId(id)}
      </span>
      <CopyButton text={id} label={label} />
    </span>
  );
}

/** An id shortened in its middle, for use inside a link. */
export function ShortId({ id }: { id: string }) {
  return (
    <span className="id" title={id}>
      {shortenId(id)}
    </span>
  );
}
