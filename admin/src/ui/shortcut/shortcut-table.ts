/** A shortcut's name. */
export type ShortcutId = keyof typeof shortcuts;

/** One line of the dialog of shortcuts; several keys are pressed one after another. */
export type Shortcut = {
  keys: readonly string[];
  word: string;
  group: "Anywhere" | "Go to" | "In a list" | "Inside one thing";
  /** With Ctrl, or Cmd on a Mac; works in fields too. */
  control?: true;
  /** Bound by the table or the browser itself and only listed here. */
  native?: true;
  /** Acts again while the key is held down. */
  repeats?: true;
};

/** Every shortcut of the dashboard: what is listed here is what is bound. */
export const shortcuts = {
  palette: {
    keys: ["k"],
    control: true,
    word: "Search everything, go anywhere, act",
    group: "Anywhere",
  },
  help: { keys: ["?"], word: "Show these shortcuts", group: "Anywhere" },
  reload: { keys: ["r"], word: "Reload what the page shows", group: "Anywhere" },
  escape: { keys: ["Escape"], word: "Close, or let go of the selection", group: "Anywhere", native: true },
  dashboard: { keys: ["g", "d"], word: "Dashboard", group: "Go to" },
  flows: { keys: ["g", "f"], word: "Flow Runs", group: "Go to" },
  tasks: { keys: ["g", "t"], word: "Tasks", group: "Go to" },
  requests: { keys: ["g", "l"], word: "LLM Requests", group: "Go to" },
  units: { keys: ["g", "u"], word: "Units", group: "Go to" },
  users: { keys: ["g", "s"], word: "Users", group: "Go to" },
  newUnit: { keys: ["g", "n"], word: "New unit", group: "Go to" },
  search: { keys: ["/"], word: "Search in the list", group: "In a list" },
  down: { keys: ["j"], word: "Next row, as ↓", group: "In a list", repeats: true },
  up: { keys: ["k"], word: "Row before, as ↑", group: "In a list", repeats: true },
  open: { keys: ["Enter"], word: "Open the row", group: "In a list", native: true },
  openInPlace: { keys: ["→"], word: "Open the row in place, ← closes it", group: "In a list", native: true },
  pageDown: { keys: ["PageDown"], word: "Ten rows on", group: "In a list", native: true },
  pageUp: { keys: ["PageUp"], word: "Ten rows back", group: "In a list", native: true },
  select: { keys: ["x"], word: "Select the row", group: "In a list", native: true },
  selectTo: {
    keys: ["Shift", "Space"],
    word: "Select all rows up to this one",
    group: "In a list",
    native: true,
  },
  newer: { keys: ["["], word: "The one before it in its list (newer)", group: "Inside one thing" },
  older: { keys: ["]"], word: "The next one in its list (older)", group: "Inside one thing" },
} as const satisfies Record<string, Shortcut>;

/** The shortcuts as a list, in the order of the table. */
export const shortcutEntries: readonly (Shortcut & { id: ShortcutId })[] = Object.entries(shortcuts).map(
  // Object.entries widens the names; these are the table's own.
  ([id, shortcut]) => ({ id: id as ShortcutId, ...shortcut }),
);

const keyNames: Record<string, string> = { Escape: "Esc", PageDown: "PgDn", PageUp: "PgUp" };

/** The keys as they are printed: `Ctrl K`, `g d`, `?`. */
export function printedKeys(shortcut: Shortcut): string[] {
  if (shortcut.control) return ["Ctrl", ...shortcut.keys.map((key) => key.toUpperCase())];
  return shortcut.keys.map((key) => keyNames[key] ?? key);
}

/** What the keys pressed so far mean: a shortcut, the beginning of one, or nothing. */
export function matchKeys(pressed: readonly string[]): (Shortcut & { id: ShortcutId }) | "beginning" | null {
  const bound = shortcutEntries.filter((entry) => !entry.native && !entry.control);
  const begins = bound.filter((entry) => pressed.every((key, position) => entry.keys[position] === key));
  const whole = begins.find((entry) => entry.keys.length === pressed.length);
  if (whole !== undefined) return whole;
  return begins.length > 0 ? "beginning" : null;
}
