import { type KeyboardEvent, type MouseEvent, type ReactNode, useId, useRef } from "react";
import { Icon } from "../icon/Icon.tsx";
import type { IconName } from "../icon/icon-shapes.tsx";
import "./overlay.css";
import { showToast } from "./toasts.ts";

const gapPx = 6;
const edgePx = 8;

const phone = "(max-width: 719px)";

function placeBelow(panel: HTMLElement, anchor: HTMLElement): void {
  const around = anchor.getBoundingClientRect();
  const width = panel.offsetWidth;
  const left = Math.min(around.right - width, window.innerWidth - width - edgePx);
  panel.style.left = `${Math.max(edgePx, left)}px`;
  const below = around.bottom + gapPx;
  const above = around.top - gapPx - panel.offsetHeight;
  const fitsBelow = below + panel.offsetHeight <= window.innerHeight - edgePx;
  panel.style.top = `${fitsBelow ? below : Math.max(edgePx, above)}px`;
}

type PopoverProps = {
  /** Accessible name of the button. */
  label: string;
  /** What the button shows. */
  button: ReactNode;
  buttonClass?: string;
  /** On a phone it fills the width at the bottom instead of hanging below its button. */
  sheet?: boolean;
  children: ReactNode;
};

/** A native popover below its button; a click elsewhere or Escape closes it. */
export function Popover(props: PopoverProps) {
  const { label, button, buttonClass = "button button-quiet", sheet = false, children } = props;
  const id = useId();
  const anchor = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const onToggle = (opened: boolean) => {
    if (!opened || panel.current === null || anchor.current === null) return;
    if (sheet && window.matchMedia(phone).matches) panel.current.removeAttribute("style");
    else placeBelow(panel.current, anchor.current);
    panel.current.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
  };
  return (
    <>
      <button
        type="button"
        ref={anchor}
        className={buttonClass}
        aria-label={label}
        title={label}
        popoverTarget={id}
      >
        {button}
      </button>
      <div
        id={id}
        ref={panel}
        popover="auto"
        role="dialog"
        aria-label={label}
        className={sheet ? "popover popover-sheet" : "popover"}
        onToggle={(event) => onToggle(event.newState === "open")}
      >
        {children}
      </div>
    </>
  );
}

/** One entry of a menu; `chosen` makes it one of a choice. */
export type MenuItem = {
  key: string;
  word: ReactNode;
  icon?: IconName;
  chosen?: boolean;
  /** Why it cannot be chosen. It stays focusable, so that the reason can be read. */
  disabledReason?: string | undefined;
  onSelect: () => void;
};

type MenuProps = Omit<PopoverProps, "children"> & { items: MenuItem[] };

function walkItems(event: KeyboardEvent<HTMLDivElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role^=menuitem]")];
  const current = items.findIndex((item) => item.contains(document.activeElement));
  const places = new Map([
    ["ArrowDown", current + 1],
    ["ArrowUp", current - 1],
    ["Home", 0],
    ["End", -1],
  ]);
  const place = places.get(event.key);
  if (place === undefined) return;
  event.preventDefault();
  items.at(place % items.length)?.focus();
}

/** A menu of actions or of one choice; arrow keys, Home and End walk, Enter selects. */
export function Menu({ items, ...popover }: MenuProps) {
  return (
    <Popover {...popover}>
      <div role="menu" aria-label={popover.label} tabIndex={-1} onKeyDown={walkItems}>
        {items.map((item) => (
          <MenuEntry key={item.key} item={item} />
        ))}
      </div>
    </Popover>
  );
}

function MenuEntry({ item }: { item: MenuItem }) {
  const content = (
    <>
      {item.icon !== undefined && <Icon name={item.icon} />}
      <span>{item.word}</span>
      {item.disabledReason !== undefined && <span className="visually-hidden">: {item.disabledReason}</span>}
      <span className="spacer" />
      {item.chosen === true && <Icon name="check" small />}
    </>
  );
  const select = (event: MouseEvent<HTMLButtonElement>) => {
    if (item.disabledReason !== undefined) {
      // A finger finds no tooltip.
      showToast({ tone: "idle", words: item.disabledReason });
      return;
    }
    event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover();
    item.onSelect();
  };
  if (item.chosen === undefined) {
    return (
      <button
        type="button"
        role="menuitem"
        className="menu-item"
        aria-disabled={item.disabledReason !== undefined || undefined}
        title={item.disabledReason}
        onClick={select}
      >
        {content}
      </button>
    );
  }
  return (
    <button
      type="button"
      role="menuitemradio"
      aria-checked={item.chosen}
      className="menu-item"
      aria-disabled={item.disabledReason !== undefined || undefined}
      title={item.disabledReason}
      onClick={select}
    >
      {content}
    </button>
  );
}
