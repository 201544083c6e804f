import { paths } from "../../paths.ts";
import type { IconName } from "../../ui/icon/icon-shapes.tsx";
import type { SearchHit, SearchKind } from "./search-api.ts";

type KindWords = { one: string; many: string; icon: IconName };

/** How each kind of thing is called and marked. */
export const kindWords: Record<SearchKind, KindWords> = {
  unit: { one: "unit", many: "Units", icon: "unit" },
  lesson: { one: "lesson", many: "Lessons", icon: "book" },
  flow_run: { one: "flow run", many: "Flow runs", icon: "flow" },
  step_run: { one: "step", many: "Steps", icon: "bolt" },
  task: { one: "task", many: "Tasks", icon: "task" },
  llm_request: { one: "LLM request", many: "LLM requests", icon: "request" },
  user: { one: "user", many: "Users", icon: "user" },
};

/** The page of a thing that was found; a lesson opens in its unit, a step in its run. */
export function placeOf(hit: Pick<SearchHit, "kind" | "id" | "unit_id" | "flow_run_id">): string {
  switch (hit.kind) {
    case "unit":
      return paths.unit(hit.id);
    case "lesson":
      return hit.unit_id === null ? paths.units({ q: hit.id }) : paths.lesson(hit.unit_id, hit.id);
    case "flow_run":
      return paths.flowRun(hit.id);
    case "step_run":
      return hit.flow_run_id === null ? paths.flowRuns() : paths.flowRun(hit.flow_run_id, { step: hit.id });
    case "task":
      return paths.task(hit.id);
    case "llm_request":
      return paths.llmRequest(hit.id);
    case "user":
      return paths.user(hit.id);
  }
}

/** The list with everything of a kind that fits a text; null for kinds without a list of their own. */
export function listOf(kind: SearchKind, q: string): string | null {
  if (kind === "unit") return paths.units({ q });
  if (kind === "flow_run") return paths.flowRuns({ q });
  if (kind === "task") return paths.tasks({ q });
  if (kind === "llm_request") return paths.llmRequests({ q });
  return kind === "user" ? paths.users({ q }) : null;
}

const reasons: Record<SearchHit["matched"], string> = {
  id: "by its id",
  title: "",
  name: "by its name",
  error: "by its error",
  inputs: "by what was asked for",
};

/** Why something was found, where its title does not show it. */
export function reasonOf(hit: Pick<SearchHit, "matched">): string {
  return reasons[hit.matched];
}
