import { getJson } from "../../api/client.ts";
import { ApiError } from "../../api/problem.ts";
import { paths } from "../../paths.ts";
import type { IconName } from "../../ui/icon/icon-shapes.tsx";

/** A place that the palette offers. */
export type Destination = { key: string; word: string; note?: string; icon: IconName; href: string };

const idPattern = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

/** The first id in a text, in small letters; null when there is none. */
export function idIn(text: string): string | null {
  return idPattern.exec(text)?.[0].toLowerCase() ?? null;
}

type Found = {
  title?: string;
  name?: string;
  unit_title?: string | null;
  unit_id?: string;
  flow_name?: string;
  task_name?: string;
  step_name?: string | null;
};

type Kind = {
  key: string;
  address: (id: string) => string;
  icon: IconName;
  place: (id: string, found: Found) => { word: string; href: string };
};

const kinds: Kind[] = [
  {
    key: "unit",
    address: (id) => `/content/units/${id}`,
    icon: "unit",
    place: (id, found) => ({ word: `Unit ${found.title ?? ""}`, href: paths.unit(id) }),
  },
  {
    key: "lesson",
    address: (id) => `/content/lessons/${id}`,
    icon: "unit",
    place: (id, found) => ({
      word: `Lesson ${found.title ?? ""}`,
      href: paths.lesson(found.unit_id ?? "", id),
    }),
  },
  {
    key: "flow run",
    address: (id) => `/flow-engine/runs/${id}`,
    icon: "flow",
    place: (id, found) => ({
      word: `Flow run ${found.flow_name ?? ""} of ${found.unit_title ?? "no unit"}`,
      href: paths.flowRun(id),
    }),
  },
  {
    key: "task",
    address: (id) => `/task-queue/tasks/${id}`,
    icon: "task",
    place: (id, found) => ({
      word: `Task ${found.task_name ?? ""} of ${found.unit_title ?? "no unit"}`,
      href: paths.task(id),
    }),
  },
  {
    key: "LLM request",
    address: (id) => `/llm/requests/${id}`,
    icon: "request",
    place: (id, found) => ({
      word: `LLM request ${found.step_name ?? ""}`.trim(),
      href: paths.llmRequest(id),
    }),
  },
  {
    key: "user",
    address: (id) => `/admin/users/${id}`,
    icon: "user",
    place: (id, found) => ({ word: `User ${found.name ?? ""}`, href: paths.user(id) }),
  },
];

/** Asks every kind of thing for the id and answers those that have it. @throws OutageError when the server cannot be asked. */
export async function findById(id: string, signal: AbortSignal): Promise<Destination[]> {
  const found = await Promise.all(
    kinds.map(async (kind): Promise<Destination | null> => {
      try {
        const row = await getJson<Found>(kind.address(id), signal);
        return { key: kind.key, icon: kind.icon, note: kind.key, ...kind.place(id, row) };
      } catch (error) {
        // That this kind does not have it is an answer; anything else is a failure.
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    }),
  );
  return found.filter((destination) => destination !== null);
}
