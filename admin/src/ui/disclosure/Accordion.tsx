import type { ReactNode } from "react";
import { Icon } from "../icon/Icon.tsx";
import "./disclosure.css";

type AccordionItemProps = {
  open: boolean;
  onToggle: (open: boolean) => void;
  title: ReactNode;
  note?: ReactNode;
  /** Stands at the right end: review state, status. */
  end?: ReactNode;
  /** Built only while open. */
  children: () => ReactNode;
};

/** One section that opens in place; the page holds which ones are open, usually in the URL. */
export function AccordionItem({ open, onToggle, title, note, end, children }: AccordionItemProps) {
  return (
    <details
      className="accordion"
      open={open}
      onToggle={(event) => {
        if (event.currentTarget.open !== open) onToggle(event.currentTarget.open);
      }}
    >
      <summary>
        <Icon name="right" small className="icon-turns" />
        <span className="cut strong">{title}</span>
        {note !== undefined && <span className="text-3 cut hide-phone">{note}</span>}
        <span className="spacer" />
        {end}
      </summary>
      {open && children()}
    </details>
  );
}
