import {
  type FinishedLesson,
  type TextFinding,
  type UnitWarning,
  unconfirmedCode,
} from "../../content/public.ts";
import type { UnitPlan } from "../models.ts";
import { checkText } from "./check-text.ts";
import { textOfBlocks } from "./reader-text.ts";

/**
 * A lesson of a plan that was made from a text which speaks to a model: a person looks at it first, because what it should teach was
 * decided by that plan.
 */
export function withPlanFindings(lesson: FinishedLesson, plan: Pick<UnitPlan, "findings">): FinishedLesson {
  const own = lesson.quality.text_findings ?? [];
  const inherited = (plan.findings ?? []).filter(
    ({ code }) => code === "source_speaks_to_model" && own.every((finding) => finding.code !== code),
  );
  if (lesson.status === "failed" || inherited.length === 0) return lesson;
  return {
    ...lesson,
    review: "draft",
    quality: { ...lesson.quality, text_findings: [...own, ...inherited] },
  };
}

interface UnitTexts {
  readonly plan: Pick<UnitPlan, "findings">;
  readonly lessons: readonly FinishedLesson[];
  readonly podcast: { readonly transcript: string } | null;
  readonly cover: { readonly alt: string } | null;
}

/** What must be confirmed at publishing: findings in what has no review of its own. */
export function unitFindings({ plan, lessons, podcast, cover }: UnitTexts): UnitWarning[] {
  return [
    ...(plan.findings ?? []).map((finding) => toWarning("plan", "Title, description, objectives", finding)),
    ...podcastFindings(lessons, podcast).map((finding) => toWarning("podcast", "Podcast", finding)),
    ...checkText({ text: cover?.alt ?? "", known: [], read: [], outline: null }).map((finding) =>
      toWarning("art", "Description of the cover", finding),
    ),
  ];
}

function podcastFindings(lessons: readonly FinishedLesson[], podcast: UnitTexts["podcast"]): TextFinding[] {
  if (podcast === null) return [];
  const known = lessons.flatMap(({ transcript, body }) => [transcript, textOfBlocks(body)]);
  const flagged = lessons.filter(({ quality }) => (quality.text_findings ?? []).length > 0);
  const places = new Intl.ListFormat("en").format(flagged.map(({ position }) => String(position)));
  return [
    ...checkText({ text: podcast.transcript, known, read: [], outline: null }),
    ...(flagged.length === 0
      ? []
      : [
          {
            code: "speaks_of_findings",
            message: `Speaks of ${flagged.length === 1 ? "lesson" : "lessons"} ${places}, where the checks found something.`,
          },
        ]),
  ];
}

function toWarning(part: UnitWarning["part"], what: string, { message }: TextFinding): UnitWarning {
  return { code: unconfirmedCode, message: `${what}: ${message}`, part, lesson_position: null };
}
