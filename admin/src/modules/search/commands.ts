import { type Role, reaches } from "../../api/session/roles.ts";
import { paths } from "../../paths.ts";
import type { IconName } from "../../ui/icon/icon-shapes.tsx";
import { showToast } from "../../ui/overlay/toasts.ts";
import { type ShortcutId, shortcuts } from "../../ui/shortcut/shortcut-table.ts";
import { isBound, runShortcut } from "../../ui/shortcut/use-shortcut.ts";
import { chooseTheme } from "../../ui/theme/theme.ts";
import { copyText } from "../../ui/value/CopyId.tsx";

/** Something the palette offers: a place to go to, or an action. */
export type Command = {
  key: string;
  word: string;
  icon: IconName;
  note?: string;
  /** Further words it is found by. */
  also?: string;
  status?: string | null;
  shortcut?: ShortcutId;
  /** Shown when nothing is typed yet. */
  early?: boolean;
  /** The least role that may do this; a viewer may do the rest. */
  least?: Role;
} & ({ href: string } | { run: () => void });

const pages: Command[] = [
  { key: "dashboard", word: "Dashboard", icon: "dashboard", href: paths.dashboard(), shortcut: "dashboard" },
  { key: "flows", word: "Flow Runs", icon: "flow", href: paths.flowRuns(), shortcut: "flows" },
  {
    key: "tasks",
    word: "Tasks",
    icon: "task",
    href: paths.tasks(),
    shortcut: "tasks",
    also: "queue workers",
  },
  { key: "requests", word: "LLM Requests", icon: "request", href: paths.llmRequests(), shortcut: "requests" },
  {
    key: "units",
    word: "Units",
    icon: "unit",
    href: paths.units(),
    shortcut: "units",
    also: "lessons courses",
  },
  {
    key: "users",
    word: "Users",
    icon: "user",
    href: paths.users(),
    shortcut: "users",
    also: "accounts",
    least: "admin",
  },
  { key: "settings", word: "Settings", icon: "gear", href: paths.settings() },
  {
    key: "alerts",
    word: "Alerts",
    icon: "bell",
    href: paths.settingsAlerts(),
    also: "settings webhook e-mail notify",
  },
  {
    key: "connections",
    word: "Connections",
    icon: "plug",
    href: paths.settingsConnections(),
    also: "settings prefect engine server",
  },
  {
    key: "account",
    word: "Account",
    icon: "user",
    href: paths.settingsAccount(),
    also: "settings password second factor name profile",
  },
  { key: "sessions", word: "Sessions", icon: "screen", href: paths.settingsSessions(), also: "settings" },
  { key: "tokens", word: "API tokens", icon: "key", href: paths.settingsTokens(), also: "settings" },
  {
    key: "audit",
    word: "Audit log",
    icon: "shield",
    href: paths.settingsAudit(),
    also: "settings who did what",
    least: "admin",
  },
];

const filteredLists: Command[] = [
  { key: "failed-runs", word: "Failed flow runs", icon: "flow", href: paths.flowRuns({ status: "failed" }) },
  {
    key: "failed-units",
    word: "Failed units",
    icon: "unit",
    href: paths.units({ status: "failed,partial" }),
  },
  { key: "failed-tasks", word: "Failed tasks", icon: "task", href: paths.tasks({ status: "failed" }) },
  {
    key: "failed-requests",
    word: "Failed LLM requests",
    icon: "request",
    href: paths.llmRequests({ status: "failed,in_doubt" }),
  },
  {
    key: "running-runs",
    word: "Running flow runs",
    icon: "flow",
    href: paths.flowRuns({ status: "running" }),
  },
  { key: "running-units", word: "Running units", icon: "unit", href: paths.units({ status: "in_progress" }) },
  {
    key: "waiting-tasks",
    word: "Waiting tasks",
    icon: "task",
    href: paths.tasks({ status: "pending,retry,paused" }),
    also: "queue pending paused",
  },
  {
    key: "dear-requests",
    word: "LLM requests of $0.10 and more",
    icon: "request",
    href: paths.llmRequests({ min_cost_usd: "0.1" }),
    also: "expensive cost",
  },
];

async function copyLink(): Promise<void> {
  const copied = await copyText(window.location.href);
  showToast(
    copied
      ? { tone: "ok", words: "The link to this page is copied." }
      : { tone: "bad", words: "The browser refused to copy. Copy the address from its bar instead." },
  );
}

const actions: Command[] = [
  {
    key: "new-unit",
    word: "New unit",
    icon: "plus",
    href: paths.newUnit(),
    shortcut: "newUnit",
    also: "create course",
    early: true,
    least: "operator",
  },
  {
    key: "reload",
    word: "Reload this page's data",
    icon: "reload",
    run: () => runShortcut("reload"),
    shortcut: "reload",
    early: true,
  },
  {
    key: "copy-link",
    word: "Copy the link to this page",
    icon: "copy",
    run: () => void copyLink(),
    early: true,
  },
  {
    key: "shortcuts",
    word: "Show the keyboard shortcuts",
    icon: "bolt",
    run: () => runShortcut("help"),
    shortcut: "help",
    also: "keys help",
    early: true,
  },
  { key: "light", word: "Light theme", icon: "sun", run: () => chooseTheme("light"), also: "bright day" },
  { key: "dark", word: "Dark theme", icon: "moon", run: () => chooseTheme("dark"), also: "night" },
  { key: "system", word: "Theme like the system", icon: "screen", run: () => chooseTheme("system") },
  { key: "api", word: "API documentation", icon: "book", run: () => window.location.assign(paths.apiDocs()) },
];

/** The steps to the neighbours, where the page has any. */
function neighbourCommands(): Command[] {
  const steps: Command[] = [];
  for (const id of ["newer", "older"] as const) {
    if (!isBound(id)) continue;
    steps.push({
      key: id,
      word: shortcuts[id].word,
      icon: id === "newer" ? "left" : "right",
      run: () => runShortcut(id),
      shortcut: id,
    });
  }
  return steps;
}

/** Commands under one heading. */
export type CommandGroup = { title: string; commands: Command[] };

/** Whether every typed word is in a command's words. */
export function fits(command: Command, text: string): boolean {
  const words = `${command.word} ${command.also ?? ""} ${command.note ?? ""}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => words.includes(word));
}

/** A command whose name begins with the text comes before one that only holds it. */
function rank(command: Command, text: string): number {
  const word = command.word.toLowerCase();
  if (word === text) return 0;
  return word.startsWith(text) ? 1 : 2;
}

function filtered(group: CommandGroup, text: string): CommandGroup {
  const wanted = text.trim().toLowerCase();
  const commands = group.commands.filter((command) => (wanted === "" ? true : fits(command, wanted)));
  return {
    ...group,
    commands: wanted === "" ? commands : commands.sort((a, b) => rank(a, wanted) - rank(b, wanted)),
  };
}

type Offered = { inView: Command[]; savedViews: Command[]; recent: Command[]; role: Role };

/** What the palette offers a role for a text, apart from what the server finds; without a text the likely next steps. */
export function offerCommands(text: string, { inView, savedViews, recent, role }: Offered): CommandGroup[] {
  const empty = text.trim() === "";
  const groups: CommandGroup[] = empty
    ? [
        { title: "Here", commands: [...inView, ...neighbourCommands()] },
        { title: "Visited last", commands: recent },
        { title: "Pages", commands: pages },
        { title: "Saved views", commands: savedViews },
        { title: "Actions", commands: actions.filter((action) => action.early) },
      ]
    : [
        { title: "Pages", commands: [...pages] },
        { title: "Here", commands: [...inView, ...neighbourCommands()] },
        { title: "Actions", commands: [...actions] },
        { title: "Saved views", commands: [...savedViews] },
        { title: "Lists", commands: [...filteredLists] },
      ];
  const open = ({ least }: Command) => least === undefined || reaches(role, least);
  return groups
    .map((group) => filtered({ ...group, commands: group.commands.filter(open) }, text))
    .filter((group) => group.commands.length > 0);
}
