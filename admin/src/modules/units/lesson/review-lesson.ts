import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { getJson, sendJson } from "../../../api/client.ts";
import type { Exercise, Lesson } from "../../../api/content-rows.ts";
import { itemQueryKey } from "../../../api/item-query.ts";
import { describeError } from "../../../api/problem.ts";
import { showToast } from "../../../ui/overlay/toasts.ts";

/** What a person thinks of a lesson or an exercise. */
export type Review = Lesson["review"];

/** One decision; it can be taken back. */
export type ReviewChange =
  | { kind: "lesson"; review: Review }
  | { kind: "exercise"; exercise_id: string; number: number; review: Review }
  | { kind: "all_waiting" }
  | { kind: "title"; title: string };

const pathOf = (lessonId: string) => `/content/lessons/${lessonId}`;

function putReview(lessonId: string, review: Review): Promise<Lesson> {
  return sendJson<Lesson>("PUT", `${pathOf(lessonId)}/review`, { review });
}

function putExercises(lesson: Lesson, exercises: Exercise[]): Promise<Lesson> {
  return sendJson<Lesson>("PATCH", pathOf(lesson.id), { version: lesson.version, exercises });
}

/** Accepts the lesson and those of its exercises that nobody has decided on; what was rejected stays rejected. */
export async function acceptWaiting(lessonId: string): Promise<Lesson> {
  let lesson = await getJson<Lesson>(pathOf(lessonId));
  if (lesson.review === "draft") lesson = await putReview(lessonId, "approved");
  if (!lesson.exercises.some(({ review }) => review === "draft")) return lesson;
  const accepted = lesson.exercises.map((exercise) =>
    exercise.review === "draft" ? { ...exercise, review: "approved" as const } : exercise,
  );
  return putExercises(lesson, accepted);
}

/** Takes back what led from `before` to `after`; what was decided since then stays. */
async function restoreLesson(before: Lesson, after: Lesson): Promise<Lesson> {
  let lesson = await getJson<Lesson>(pathOf(before.id));
  if (before.review !== after.review) lesson = await putReview(before.id, before.review);
  const decided = new Map(after.exercises.map(({ id, review }) => [id, review]));
  const earlier = before.exercises.filter(({ id, review }) => decided.get(id) !== review);
  const reviews = new Map(earlier.map(({ id, review }) => [id, review]));
  const exercises = lesson.exercises.map((exercise) => ({
    ...exercise,
    review: reviews.get(exercise.id) ?? exercise.review,
  }));
  const title = before.title === after.title ? lesson.title : before.title;
  return sendJson<Lesson>("PATCH", pathOf(before.id), { version: lesson.version, title, exercises });
}

function applyChange(lesson: Lesson, change: ReviewChange): Promise<Lesson> {
  switch (change.kind) {
    case "lesson":
      return putReview(lesson.id, change.review);
    case "exercise":
      return sendJson<Lesson>("PUT", `${pathOf(lesson.id)}/exercises/${change.exercise_id}/review`, {
        review: change.review,
      });
    case "all_waiting":
      return acceptWaiting(lesson.id);
    case "title":
      return sendJson<Lesson>("PATCH", pathOf(lesson.id), { version: lesson.version, title: change.title });
  }
}

const verbs: Record<Review, string> = {
  approved: "accepted",
  rejected: "rejected",
  draft: "put back to review",
};

/** What was decided, in a sentence. */
export function sentenceOf(lesson: Pick<Lesson, "position">, change: ReviewChange): string {
  switch (change.kind) {
    case "lesson":
      return `Lesson ${lesson.position} ${verbs[change.review]}.`;
    case "exercise":
      return `Exercise ${change.number} of lesson ${lesson.position} ${verbs[change.review]}.`;
    case "all_waiting":
      return `Lesson ${lesson.position} and its waiting exercises accepted.`;
    case "title":
      return `Lesson ${lesson.position} is now called "${change.title}".`;
  }
}

/** Writes a changed lesson into the cache, unless a newer one is there, and lets its unit be read again. */
export function keepLesson(queryClient: QueryClient, changed: Lesson): void {
  queryClient.setQueryData<Lesson>(itemQueryKey(pathOf(changed.id)), (known) =>
    known !== undefined && known.version > changed.version ? known : changed,
  );
  const unitPath = `/content/units/${changed.unit_id}`;
  void queryClient.invalidateQueries({ queryKey: itemQueryKey(unitPath) });
  void queryClient.invalidateQueries({ queryKey: itemQueryKey(`${unitPath}/lessons`) });
}

/** Applies decisions on one lesson; each is answered by a remark that can take it back. */
export function useReviewLesson(lesson: Lesson) {
  const queryClient = useQueryClient();
  const fail = (error: Error) => {
    const words = describeError(error);
    showToast({ tone: "bad", words: `${words.title}. ${words.text}` });
  };
  return useMutation({
    mutationFn: (change: ReviewChange) => applyChange(lesson, change),
    // Kept now: the live change can be here before the answer, and then `lesson` is the changed one.
    onMutate: () => ({ before: lesson }),
    onSuccess: (changed, change, { before }) => {
      keepLesson(queryClient, changed);
      const undo = () => {
        restoreLesson(before, changed)
          .then((restored) => keepLesson(queryClient, restored))
          .catch(fail);
      };
      showToast({
        tone: "ok",
        words: sentenceOf(lesson, change),
        action: { word: "Undo", onSelect: undo },
      });
    },
    onError: fail,
  });
}
