import type { Lesson, UnitDetail } from "../../../api/content-rows.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { Notice } from "../../../ui/page/ErrorBlock.tsx";
import { activityPhraseOf } from "../../flow-runs/public.ts";
import { useRegeneration } from "./regeneration.ts";
import { isRegenerating } from "./regeneration-words.ts";

type LessonBeingRewrittenProps = { lesson: Pick<Lesson, "id" | "position">; unit: UnitDetail | undefined };

/** Says on the lesson itself that a new text is on its way; nothing otherwise. */
export function LessonBeingRewritten({ lesson, unit }: LessonBeingRewrittenProps) {
  const regeneration = useRegeneration(unit);
  if (unit === undefined || regeneration === null || !isRegenerating(regeneration, lesson)) return null;
  const waits = unit.status === "paused" || ["pending", "retry"].includes(unit.task_status ?? "");
  return (
    <Notice
      tone={unit.status === "paused" ? "warn" : "run"}
      icon={unit.status === "paused" ? "bars" : "half"}
      title={waits ? "Waits to be written anew" : "Being written anew"}
      role="status"
      actions={
        <AppLink className="button" href={paths.task(regeneration.task_id)}>
          Open the task
        </AppLink>
      }
    >
      <p>
        {!waits && unit.current_step !== null && `Now it ${activityPhraseOf(unit.current_step)}. `}
        What you read is the text until now; it is replaced when the new one is whole.
      </p>
    </Notice>
  );
}
