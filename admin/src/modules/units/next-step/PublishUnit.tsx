import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sendJson } from "../../../api/client.ts";
import type { UnitDetail } from "../../../api/content-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { ConfirmDialog } from "../../../ui/overlay/Dialog.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Card } from "../../../ui/page/Card.tsx";
import { LongText } from "../../../ui/value/LongText.tsx";
import { Moment } from "../../../ui/value/Moment.tsx";
import { RoleButton } from "../../session/public.ts";
import { acceptWaiting, keepLesson } from "../lesson/review-lesson.ts";
import { countReviews, publishSentence, unconfirmedFindings, waitingPhrase } from "./publish-words.ts";
import { Refusal } from "./Refusal.tsx";

type PublishUnitProps = {
  unit: UnitDetail;
  /** True where this is the first thing to do, so that its button is the primary one. */
  leads: boolean;
};

/** What waits for review, and the step that lets learners see the rest. */
export function PublishUnit({ unit, leads }: PublishUnitProps) {
  const counts = countReviews(unit.lessons);
  const waiting = waitingPhrase(counts);
  const acceptAll = useAcceptAll(unit);
  const published = unit.published_at !== null;
  return (
    <div className={leads ? "leads" : undefined}>
      <Card title={published ? "Published" : "Review and publish"} padded>
        <div className="next-step">
          <p className="text-2">
            {published && (
              <>
                Learners have seen it since <Moment at={unit.published_at} />.{" "}
              </>
            )}
            {waiting === null
              ? "Every lesson and exercise is decided on."
              : `${waiting} to review: open a lesson below and accept or reject each part.`}
          </p>
          <Refusal error={acceptAll.error} />
          <div className="next-step-buttons">
            <Publishing
              unit={unit}
              leads={leads && counts.accepted_lessons > 0}
              sentence={publishSentence(counts)}
              refusal={counts.accepted_lessons === 0 ? "Accept at least one lesson first." : undefined}
            />
            {waiting !== null && (
              <RoleButton
                least="operator"
                large
                icon="check"
                busy={acceptAll.isPending}
                onClick={() => acceptAll.mutate()}
              >
                Accept all that wait
              </RoleButton>
            )}
          </div>
        </div>
      </Card>
    </div>
  );
}

function useAcceptAll(unit: UnitDetail) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const written = unit.lessons.filter(
        ({ status, review }) => status === "completed" && review !== "rejected",
      );
      for (const lesson of written) keepLesson(queryClient, await acceptWaiting(lesson.id));
      return written.length;
    },
    onSuccess: () =>
      showToast({ tone: "ok", words: "Everything that waited is accepted. What was rejected stays so." }),
    onSettled: () => queryClient.invalidateQueries(),
  });
}

type PublishingProps = PublishUnitProps & { sentence: string; refusal: string | undefined };

function Publishing({ unit, leads, sentence, refusal }: PublishingProps) {
  const [asking, setAsking] = useState(false);
  const queryClient = useQueryClient();
  const published = unit.published_at !== null;
  const findings = unconfirmedFindings(unit);
  const publication = useMutation({
    mutationFn: () =>
      published
        ? sendJson<unknown>("POST", `/content/units/${unit.id}/unpublish`)
        : sendJson<unknown>("POST", `/content/units/${unit.id}/publish`, {
            confirm_findings: findings.length > 0,
          }),
    onSuccess: () => {
      setAsking(false);
      showToast({
        tone: "ok",
        words: published ? "Learners no longer see the unit." : "Learners see the unit now.",
      });
      return queryClient.invalidateQueries();
    },
  });
  const words = publication.error === null ? null : describeError(publication.error);
  return (
    <>
      <RoleButton
        least="operator"
        look={leads && !published ? "primary" : "plain"}
        large
        disabledReason={published ? undefined : refusal}
        onClick={() => setAsking(true)}
      >
        {published ? "Unpublish" : "Publish"}
      </RoleButton>
      <ConfirmDialog
        open={asking}
        title={published ? "Take this unit back from learners?" : `Publish "${unit.title}"?`}
        confirmWord={published ? "Unpublish" : findings.length > 0 ? "I looked, publish" : "Publish"}
        busy={publication.isPending}
        failure={words === null ? undefined : `${words.title}. ${words.text}`}
        onConfirm={() => publication.mutate()}
        onClose={() => setAsking(false)}
      >
        {published
          ? "It disappears from the learners' app at once. Reviews stay as they are, and you can publish it again."
          : sentence}
        {!published && findings.length > 0 && <Findings findings={findings} />}
      </ConfirmDialog>
    </>
  );
}

/** What to look at first: these texts have no review of their own. */
function Findings({ findings }: { findings: UnitDetail["warnings"] }) {
  return (
    <div className="publish-findings">
      <p>The checks found something that learners would see or hear:</p>
      <ul className="unit-warnings">
        {findings.map(({ message }) => (
          <li key={message}>
            <LongText text={message} />
          </li>
        ))}
      </ul>
    </div>
  );
}
