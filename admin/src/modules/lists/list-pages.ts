import { type ListPage, paths } from "../../paths.ts";
import type { Filter } from "./filters.ts";

/** One list page: where its rows come from, what they are called and how they can be narrowed. */
export type ListDefinition = {
  page: ListPage;
  /** The list's address in the API. */
  source: string;
  one: string;
  many: string;
  href: (search?: Record<string, string>) => string;
  detailHref: (id: string) => string;
  filters: readonly Filter[];
};

const optionsOf = (values: readonly string[]) =>
  values.map((value) => ({ value, word: value.replaceAll("_", " ") }));

const unit: Filter = { kind: "entity", name: "unit_id", word: "Unit", entity: "unit" };
const user: Filter = { kind: "entity", name: "user_id", word: "User", entity: "user" };
const task: Filter = { kind: "entity", name: "task_id", word: "Task", entity: "task" };

const engine: Filter = {
  kind: "choice",
  name: "engine",
  word: "Engine",
  options: [
    { value: "coursewright", word: "Coursewright" },
    { value: "prefect", word: "Prefect" },
  ],
};
const connection: Filter = {
  kind: "entity",
  name: "connection_id",
  word: "Connection",
  entity: "connection",
};

const flows = ["unit_creation", "lesson_creation", "lesson_podcast", "unit_podcast", "unit_art_creation"];
const taskTypes = ["unit_creation", "lesson_regeneration", "llm_replay", "bulk_action", "prefect_flow_run"];

/** The five lists by their pages. */
export const listPages: Record<ListPage, ListDefinition> = {
  flows: {
    page: "flows",
    source: "/flow-engine/runs",
    one: "flow run",
    many: "flow runs",
    href: paths.flowRuns,
    detailHref: (id) => paths.flowRun(id),
    filters: [
      { kind: "status", values: ["running", "failed", "paused", "completed", "cancelled"] },
      { kind: "name", name: "flow_name", word: "Flow", known: flows },
      unit,
      user,
      task,
      { kind: "entity", name: "parent_flow_run_id", word: "Part of", entity: "flow run" },
      engine,
      connection,
      { kind: "time" },
      { kind: "duration" },
      { kind: "cost" },
      { kind: "text", placeholder: "Title, flow, error or id" },
    ],
  },
  tasks: {
    page: "tasks",
    source: "/task-queue/tasks",
    one: "task",
    many: "tasks",
    href: paths.tasks,
    detailHref: paths.task,
    filters: [
      {
        kind: "status",
        values: ["in_progress", "pending", "retry", "paused", "failed", "completed", "cancelled"],
      },
      { kind: "name", name: "task_name", word: "Type", known: taskTypes },
      {
        kind: "choice",
        name: "mode",
        word: "Mode",
        options: optionsOf(["from_scratch", "resume", "regenerate", "fork"]),
      },
      unit,
      user,
      engine,
      connection,
      { kind: "time" },
      { kind: "duration" },
      { kind: "text", placeholder: "Title, topic, error or id" },
    ],
  },
  "llm-requests": {
    page: "llm-requests",
    source: "/llm/requests",
    one: "LLM request",
    many: "LLM requests",
    href: paths.llmRequests,
    detailHref: (id) => paths.llmRequest(id),
    filters: [
      { kind: "status", values: ["pending", "failed", "in_doubt", "completed", "cancelled"] },
      {
        kind: "choice",
        name: "kind",
        word: "Kind",
        options: optionsOf(["text", "object", "speech", "image"]),
      },
      { kind: "name", name: "provider", word: "Provider" },
      { kind: "name", name: "model", word: "Model" },
      { kind: "name", name: "step_name", word: "Step" },
      unit,
      user,
      task,
      { kind: "entity", name: "flow_run_id", word: "Flow run", entity: "flow run" },
      { kind: "entity", name: "step_run_id", word: "Attempt of a step", entity: "step" },
      { kind: "entity", name: "replay_of_request_id", word: "Replays of", entity: "request" },
      { kind: "time" },
      { kind: "duration" },
      { kind: "cost" },
      { kind: "text", placeholder: "Step, model, error or id" },
    ],
  },
  units: {
    page: "units",
    source: "/content/units",
    one: "unit",
    many: "units",
    href: paths.units,
    detailHref: (id) => paths.unit(id),
    filters: [
      {
        kind: "status",
        values: ["in_progress", "paused", "partial", "failed", "completed", "draft", "cancelled"],
      },
      {
        kind: "choice",
        name: "learner_level",
        word: "Level",
        options: optionsOf(["beginner", "intermediate", "advanced"]),
      },
      { kind: "name", name: "author", word: "Author" },
      user,
      engine,
      connection,
      { kind: "time" },
      { kind: "duration" },
      { kind: "cost" },
      { kind: "text", placeholder: "Title, error or id" },
    ],
  },
  users: {
    page: "users",
    source: "/admin/users",
    one: "account",
    many: "users",
    href: paths.users,
    detailHref: paths.user,
    filters: [
      {
        kind: "choice",
        name: "role",
        word: "Role",
        options: optionsOf(["admin", "operator", "viewer", "learner"]),
      },
      {
        kind: "choice",
        name: "is_active",
        word: "Account",
        options: [
          { value: "true", word: "active" },
          { value: "false", word: "deactivated" },
        ],
      },
      { kind: "time" },
      { kind: "text", placeholder: "Name or e-mail" },
    ],
  },
};
