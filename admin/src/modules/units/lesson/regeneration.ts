import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { sendJson } from "../../../api/client.ts";
import type { Lesson, UnitDetail } from "../../../api/content-rows.ts";
import type { TaskDetail } from "../../../api/detail-rows.ts";
import { useItemQuery } from "../../../api/item-query.ts";
import { useLiveRefresh } from "../../../api/live/use-live.ts";
import { paths } from "../../../paths.ts";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { type Regeneration, regenerationOf, regenerationOutcome } from "./regeneration-words.ts";

type AcceptedRegeneration = { unit_id: string; task_id: string };

const unfinished = ["in_progress", "paused"];
const taskPath = (id: string) => `/task-queue/tasks/${id}`;
const watchKey = (unitId: string) => ["watched-regeneration", unitId] as const;

type RunningUnit = Pick<UnitDetail, "id" | "status" | "task_id">;

/** The lesson of a unit that is being written anew right now, or null. */
export function useRegeneration(unit: RunningUnit | undefined): Regeneration | null {
  const isUnfinished = unit !== undefined && unfinished.includes(unit.status);
  const path = isUnfinished && unit.task_id !== null ? taskPath(unit.task_id) : null;
  const task = useItemQuery<TaskDetail>(path);
  return isUnfinished && task.data !== undefined ? regenerationOf(task.data) : null;
}

/** Asks for one lesson to be written anew. @throws ApiError `lesson_not_regenerable` with the reason. */
export function useRegenerateLesson(lesson: Pick<Lesson, "id" | "unit_id" | "position">) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (guidance: string) =>
      sendJson<AcceptedRegeneration>(
        "POST",
        `/content-creator/lessons/${lesson.id}/regenerate`,
        guidance === "" ? {} : { guidance },
      ),
    onSuccess: ({ unit_id, task_id }) => {
      const watched: Regeneration = { task_id, lesson_id: lesson.id, position: lesson.position };
      queryClient.setQueryData(watchKey(unit_id), watched);
      return queryClient.invalidateQueries();
    },
  });
}

/** Says how the writing of a lesson ended, once, as soon as its task has ended; also where another window asked for it. */
export function useRegenerationOutcome(unit: RunningUnit | undefined): void {
  const queryClient = useQueryClient();
  const router = useRouter();
  const running = useRegeneration(unit);
  const key = watchKey(unit?.id ?? "");
  const watched = useQuery<Regeneration | null>({
    queryKey: key,
    queryFn: () => null,
    enabled: false,
    initialData: null,
  }).data;
  const task = useItemQuery<TaskDetail>(watched === null ? null : taskPath(watched.task_id));
  useLiveRefresh((change) => watched !== null && change.id === watched.task_id, task.reload);
  const [unitId, runningTask, runningPosition] = [unit?.id, running?.task_id, running?.position];
  useEffect(() => {
    if (unitId === undefined || runningTask === undefined) return;
    queryClient.setQueryData<Regeneration | null>(watchKey(unitId), (known) =>
      known?.task_id === runningTask
        ? known
        : { task_id: runningTask, lesson_id: null, position: runningPosition ?? null },
    );
  }, [queryClient, unitId, runningTask, runningPosition]);
  const ended = task.data;
  useEffect(() => {
    if (unitId === undefined || ended === undefined || watched?.task_id !== ended.id) return;
    const outcome = regenerationOutcome(ended, watched);
    if (outcome === null) return;
    queryClient.setQueryData(watchKey(unitId), null);
    const onSelect = () => void router.navigate({ href: paths.task(ended.id) });
    showToast({ ...outcome, action: { word: "Open the task", onSelect } });
  }, [queryClient, router, unitId, ended, watched]);
}
