import type { UnitDetail } from "../../api/content-rows.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Card, Facts } from "../../ui/page/Card.tsx";
import { ShortId } from "../../ui/value/CopyId.tsx";
import { formatCount, formatDuration, formatQuantity } from "../../ui/value/format.ts";
import { Moment } from "../../ui/value/Moment.tsx";
import { Money } from "../../ui/value/Money.tsx";
import { shortName } from "../../ui/value/visible-text.ts";
import { PersonLink } from "../session/public.ts";
import { knownCostOf } from "./on-prefect.ts";

function sourceOf(unit: UnitDetail): string {
  if (unit.generated_from_topic) return "a topic";
  const own = unit.sources.filter(({ kind }) => kind !== "generated" && kind !== "supplemental");
  const words = own.reduce((sum, source) => sum + source.words, 0);
  const kind = unit.source_kind === "file" ? "own file" : unit.source_kind === "url" ? "a page" : "own text";
  return words === 0 ? kind : `${kind}, ${formatQuantity(words, "word")}`;
}

function reviewOf(unit: UnitDetail): string | null {
  if (unit.exercise_count === 0) return null;
  const lessons = unit.lessons.filter(
    (lesson) => lesson.status === "completed" && lesson.review === "draft",
  ).length;
  if (lessons === 0 && unit.draft_count === 0) return "everything is decided";
  const waiting = [
    ...(lessons > 0 ? [formatQuantity(lessons, "lesson")] : []),
    ...(unit.draft_count > 0 ? [`${formatCount(unit.draft_count)} of ${unit.exercise_count} exercises`] : []),
  ];
  return `${waiting.join(" and ")} to review`;
}

function authorWordsOf(author: string | null): string | null {
  if (author === "offline") return "the offline author, no AI model";
  return author === "prefect" ? "a flow on Prefect" : author;
}

/** Where a unit comes from, what it cost and who sees it. */
export function UnitFacts({ unit }: { unit: UnitDetail }) {
  const task = unit.task_id !== null && (
    <AppLink className="link" href={paths.task(unit.task_id)}>
      <ShortId id={unit.task_id} />
    </AppLink>
  );
  const owner =
    unit.user_id === null ? (
      shortName(unit.user_name ?? "")
    ) : (
      <PersonLink id={unit.user_id}>{shortName(unit.user_name ?? "")}</PersonLink>
    );
  return (
    <Card title="Facts" padded>
      <Facts
        facts={[
          { name: "Owner", value: owner },
          { name: "Task", value: task },
          { name: "Source", value: sourceOf(unit) },
          {
            name: "Written by",
            value: authorWordsOf(unit.author),
          },
          { name: "Audio", value: unit.audio_seconds > 0 && formatDuration(unit.audio_seconds * 1000) },
          { name: "Review", value: reviewOf(unit) },
          { name: "Published", value: unit.published_at === null ? "no" : <Moment at={unit.published_at} /> },
          { name: "Created", value: <Moment at={unit.created_at} /> },
          {
            name: ["in_progress", "paused"].includes(unit.status) ? "Cost so far" : "Cost",
            value: unit.status !== "draft" && (
              <Money cost_usd={knownCostOf(unit)} offline={unit.author === "offline"} />
            ),
          },
        ]}
      />
    </Card>
  );
}
