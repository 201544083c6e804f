import type { Lesson } from "../../../api/content-rows.ts";
import { Notice } from "../../../ui/page/ErrorBlock.tsx";
import { LongText } from "../../../ui/value/LongText.tsx";

/** Why the text of a lesson should be looked at before learners see it; nothing when the checks found nothing. */
export function LessonFindings({ lesson }: { lesson: Pick<Lesson, "quality" | "review"> }) {
  const findings = lesson.quality.text_findings ?? [];
  if (findings.length === 0) return null;
  const waits = lesson.review === "draft";
  return (
    <div className="lesson-part">
      <Notice
        tone={waits ? "warn" : "idle"}
        icon="triangle"
        title={waits ? "Read this lesson before you accept it" : "What the checks found in this lesson"}
      >
        <ul className="unit-warnings">
          {findings.map((finding) => (
            <li key={finding.code}>
              <LongText text={finding.message} />
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}
