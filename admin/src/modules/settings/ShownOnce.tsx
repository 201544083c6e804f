import { CopyButton } from "../../ui/value/CopyId.tsx";
import "./settings.css";

type ShownOnceProps = {
  /** What is shown; never written anywhere else. */
  text: string;
  /** Names the button: "Copy the link". */
  copyLabel: string;
};

/** A secret that is shown this once: all of it can be selected with one click, and copied. */
export function ShownOnce({ text, copyLabel }: ShownOnceProps) {
  return (
    <div className="alert-secret">
      <code>{text}</code>
      <span className="spacer" />
      <CopyButton text={text} label={copyLabel} />
    </div>
  );
}
