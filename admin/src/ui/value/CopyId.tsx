import { useRef, useState } from "react";
import { Icon } from "../icon/Icon.tsx";
import { Button } from "../page/Button.tsx";
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

type CopyOutcome = "idle" | "copied" | "refused";

const outcomeMs = 1600;

function useCopy(text: string): { outcome: CopyOutcome; copy: () => Promise<void> } {
  const [outcome, setOutcome] = useState<CopyOutcome>("idle");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const copy = async () => {
    setOutcome((await copyText(text)) ? "copied" : "refused");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOutcome("idle"), outcomeMs);
  };
  return { outcome, copy };
}

function CopyOutcomeWords({ outcome }: { outcome: CopyOutcome }) {
  return (
    <span role="status" className={outcome === "refused" ? "small text-2" : "visually-hidden"}>
      {outcome === "copied" && "copied"}
      {outcome === "refused" && "the browser refused; select the text instead"}
    </span>
  );
}

/** `label` says what is copied: "Copy the link". */
type CopyButtonProps = { text: string; label: string };

/** A mark that copies a text and says so in place. */
export function CopyButton({ text, label }: CopyButtonProps) {
  const { outcome, copy } = useCopy(text);
  return (
    <button type="button" className="copy" aria-label={label} title={label} onClick={copy}>
      <Icon
        name={outcome === "copied" ? "check" : "copy"}
        small
        className={outcome === "copied" ? "is-ok" : ""}
      />
      <CopyOutcomeWords outcome={outcome} />
    </button>
  );
}

/** A button with a word, for what is there to be copied. */
export function CopyTextButton({ text, label, ...rest }: CopyButtonProps & { "data-first-focus"?: "" }) {
  const { outcome, copy } = useCopy(text);
  return (
    <span className="copy-text">
      <Button {...rest} icon={outcome === "copied" ? "check" : "copy"} aria-label={label} onClick={copy}>
        {outcome === "copied" ? "Copied" : "Copy"}
      </Button>
      <CopyOutcomeWords outcome={outcome} />
    </span>
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
