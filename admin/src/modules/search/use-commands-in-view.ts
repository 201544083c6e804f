import { useRouterState } from "@tanstack/react-router";
import { useItemQuery } from "../../api/item-query.ts";
import { paths } from "../../paths.ts";
import type { Command } from "./commands.ts";

/** What is known about the thing whose page is open. */
type ThingInView = {
  id: string;
  status: string;
  task_id?: string | null;
  unit_id?: string | null;
  flow_run_id?: string | null;
  completed_at?: string | null;
  cancel_requested_at?: string | null;
};

type InView = { kind: "unit" | "flow" | "task" | "request"; source: string };

const pagesOfThings = [
  { pattern: /^\/units\/([0-9a-f-]{36})(\/|$)/, kind: "unit", source: "/content/units/" },
  { pattern: /^\/flows\/([0-9a-f-]{36})$/, kind: "flow", source: "/flow-engine/runs/" },
  { pattern: /^\/tasks\/([0-9a-f-]{36})$/, kind: "task", source: "/task-queue/tasks/" },
  { pattern: /^\/llm-requests\/([0-9a-f-]{36})$/, kind: "request", source: "/llm/requests/" },
] as const;

/** The thing that a page's address shows; null on lists. */
export function thingAt(pathname: string): InView | null {
  for (const { pattern, kind, source } of pagesOfThings) {
    const id = pattern.exec(pathname)?.[1];
    if (id !== undefined) return { kind, source: source + id };
  }
  return null;
}

const retryable = ["failed", "partial", "cancelled"];
const atWork = ["in_progress", "running", "pending", "retry", "paused"];

/** What can be done with the thing in view and where it leads. */
export function commandsFor(
  kind: InView["kind"],
  thing: ThingInView,
  askToCancel: (taskId: string) => void,
): Command[] {
  const commands: Command[] = [];
  if (kind === "unit" && retryable.includes(thing.status)) {
    const href = paths.unit(thing.id, { retry: "choose" });
    commands.push({
      key: "retry",
      word: "Retry this unit…",
      icon: "reload",
      href,
      also: "resume again",
      least: "operator",
    });
  }
  const taskId = kind === "task" ? thing.id : (thing.task_id ?? null);
  const canStop = kind !== "request" && atWork.includes(thing.status) && !thing.cancel_requested_at;
  if (taskId !== null && canStop) {
    const word = kind === "task" ? "Cancel this task…" : "Cancel the task that is at work here…";
    const run = () => askToCancel(taskId);
    commands.push({ key: "cancel", word, icon: "slash", run, also: "stop end", least: "operator" });
  }
  if (kind !== "unit" && thing.unit_id != null) {
    commands.push({ key: "its-unit", word: "Open its unit", icon: "unit", href: paths.unit(thing.unit_id) });
  }
  if (kind === "request" && thing.flow_run_id != null) {
    const href = paths.flowRun(thing.flow_run_id);
    commands.push({ key: "its-run", word: "Open its flow run", icon: "flow", href });
  }
  if (kind !== "task" && thing.task_id != null) {
    commands.push({ key: "its-task", word: "Open its task", icon: "task", href: paths.task(thing.task_id) });
  }
  if (kind === "unit") {
    const href = paths.llmRequests({ unit_id: thing.id });
    commands.push({ key: "its-requests", word: "LLM requests of this unit", icon: "request", href });
  }
  return commands;
}

const none: Command[] = [];

/** The commands for the page that is open; its own data is used, nothing is fetched twice. */
export function useCommandsInView(askToCancel: (taskId: string) => void): Command[] {
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const inView = thingAt(pathname);
  const { data } = useItemQuery<ThingInView>(inView?.source ?? null);
  return inView === null || data === undefined ? none : commandsFor(inView.kind, data, askToCancel);
}
