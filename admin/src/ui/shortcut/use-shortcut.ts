import { useEffect, useRef } from "react";
import { matchKeys, type ShortcutId } from "./shortcut-table.ts";

type Handler = () => void;

/** Handlers in the order they were bound: the last one is in force. */
const handlers = new Map<ShortcutId, Handler[]>();
const betweenKeysMs = 1500;
let pressed: string[] = [];
let pressedAt = 0;

const fields = "input:not([type=checkbox], [type=radio]), textarea, select, dialog, [popover]";

/** Whether a key belongs to a field or to something that stands over the page. */
export function isTyping(target: EventTarget | null): boolean {
  if (document.querySelector("dialog[open]") !== null) return true;
  return target instanceof HTMLElement && (target.isContentEditable || target.closest(fields) !== null);
}

/** Does what a shortcut does; false when nothing on the page has bound it. */
export function runShortcut(id: ShortcutId): boolean {
  const handler = handlers.get(id)?.at(-1);
  handler?.();
  return handler !== undefined;
}

/** Whether something on the page has bound a shortcut. */
export function isBound(id: ShortcutId): boolean {
  return (handlers.get(id)?.length ?? 0) > 0;
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    if (runShortcut("palette")) event.preventDefault();
    return;
  }
  // On some keyboards the brackets need AltGr, which reads as Ctrl and Alt together.
  const plain = event.getModifierState("AltGraph") || !(event.ctrlKey || event.metaKey || event.altKey);
  if (!plain || isTyping(event.target) || event.key === "Shift") return;
  if (event.timeStamp - pressedAt > betweenKeysMs) pressed = [];
  pressedAt = event.timeStamp;
  const following = matchKeys([...pressed, event.key]);
  const match = following ?? matchKeys([event.key]);
  pressed = match === "beginning" ? [event.key] : [];
  if (match === null || match === "beginning") return;
  if (event.repeat && !match.repeats) return;
  if (runShortcut(match.id)) event.preventDefault();
}

function bind(id: ShortcutId, handler: Handler): () => void {
  if ([...handlers.values()].every((list) => list.length === 0)) {
    document.addEventListener("keydown", onKeyDown);
  }
  handlers.set(id, [...(handlers.get(id) ?? []), handler]);
  return () => {
    handlers.set(
      id,
      (handlers.get(id) ?? []).filter((one) => one !== handler),
    );
    if ([...handlers.values()].every((list) => list.length === 0)) {
      document.removeEventListener("keydown", onKeyDown);
    }
  };
}

/** Binds a shortcut of the table while the caller is on show; null leaves it to others. */
export function useShortcut(id: ShortcutId, handler: Handler | null): void {
  const current = useRef(handler);
  useEffect(() => {
    current.current = handler;
  });
  const active = handler !== null;
  useEffect(() => (active ? bind(id, () => current.current?.()) : undefined), [id, active]);
}
