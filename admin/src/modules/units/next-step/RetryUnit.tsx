import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import type { RetryOptions, UnitDetail } from "../../../api/content-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { paths } from "../../../paths.ts";
import { Choice } from "../../../ui/form/Field.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Card } from "../../../ui/page/Card.tsx";
import { SkeletonBlock } from "../../../ui/page/Skeleton.tsx";
import { GenerateOnPrefect } from "../../engines/public.ts";
import { RoleButton } from "../../session/public.ts";
import { Refusal } from "./Refusal.tsx";
import { RetrySteps } from "./RetrySteps.tsx";
import { useRetryOptions } from "./retry-options.ts";
import { estimateSentence, resumeSentence, scratchSentence } from "./retry-words.ts";
import { useAskedRetry } from "./use-asked-retry.ts";
import { type RetryMode, useRetryUnit } from "./use-retry-unit.ts";

/** Offers the two ways on for a unit that is not whole, each with what follows from it. */
export function RetryUnit({ unit }: { unit: UnitDetail }) {
  const options = useRetryOptions(unit.id);
  const settled = options.data !== undefined || options.error !== null;
  const place = useAskedRetry(settled);
  return (
    <div className="leads" ref={place}>
      <Card title="Finish this unit" padded>
        {settled ? (
          <RetryChoice unit={unit} options={options.data} unread={options.error} onReload={options.reload} />
        ) : (
          <SkeletonBlock lines={6} label="Working out what would run" />
        )}
      </Card>
    </div>
  );
}

type RetryChoiceProps = {
  unit: UnitDetail;
  /** Undefined where they could not be read: retrying is still possible, its consequences are then not known. */
  options: RetryOptions | undefined;
  unread: Error | null;
  onReload: () => void;
};

const words = { resume: "The unit goes on.", from_scratch: "The unit is written anew." } as const;
const verbs = { resume: "Resume", from_scratch: "Retry from scratch" } as const;

function RetryChoice({ unit, options, unread, onReload }: RetryChoiceProps) {
  const router = useRouter();
  const canResume = options?.resume.allowed ?? unit.lineage_id !== null;
  const [chosen, setChosen] = useState<RetryMode>(canResume ? "resume" : "from_scratch");
  const retry = useRetryUnit(unit.id);
  const refused = reasonAgainst(chosen, options);
  const start = () => {
    // The card is gone as soon as the unit's status changes, so the remark must not hang on it.
    retry.mutateAsync(chosen).then(
      ({ task_id }) => {
        const onSelect = () => void router.navigate({ href: paths.task(task_id) });
        showToast({ tone: "ok", words: words[chosen], action: { word: "Open the task", onSelect } });
      },
      () => undefined, // A refusal is shown from the mutation's own state.
    );
  };
  return (
    <div className="next-step">
      {options === undefined && <Unread error={unread} onReload={onReload} />}
      <fieldset className="choices">
        <legend className="visually-hidden">How to go on</legend>
        <Choice name="mode" title="Resume" checked={chosen === "resume"} onChoose={() => setChosen("resume")}>
          <ResumeWords unit={unit} options={options} />
        </Choice>
        {chosen === "resume" && options !== undefined && <RetrySteps steps={options.resume.steps} />}
        <Choice
          name="mode"
          title="Retry from scratch"
          checked={chosen === "from_scratch"}
          onChoose={() => setChosen("from_scratch")}
        >
          <ScratchWords unit={unit} options={options} />
        </Choice>
      </fieldset>
      <Refusal error={retry.error} />
      <div className="next-step-buttons">
        <RoleButton
          least="operator"
          look="primary"
          large
          busy={retry.isPending}
          disabledReason={refused}
          onClick={start}
        >
          {verbs[chosen]}
        </RoleButton>
        <GenerateOnPrefect unit={{ id: unit.id, title: unit.title, hasLessons: unit.lessons.length > 0 }} />
      </div>
    </div>
  );
}

function reasonAgainst(mode: RetryMode, options: RetryOptions | undefined): string | undefined {
  const option = options?.[mode];
  if (option === undefined || option.allowed) return undefined;
  return option.reason ?? "The unit cannot be retried this way now.";
}

type WordsProps = { unit: UnitDetail; options: RetryOptions | undefined };

function ResumeWords({ unit, options }: WordsProps) {
  if (options === undefined) return "What is missing runs, and what depends on it; finished steps are kept.";
  const { resume } = options;
  if (!resume.allowed) return resume.reason ?? "Not possible for this unit.";
  return (
    <>
      <span>{resumeSentence(resume)}</span>
      <span>{estimateSentence(resume.estimate, unit.author === "offline")}</span>
    </>
  );
}

function ScratchWords({ unit, options }: WordsProps) {
  if (options === undefined) return "A new task runs every step again and pays for it again.";
  const { from_scratch } = options;
  if (!from_scratch.allowed) return from_scratch.reason ?? "Not possible for this unit.";
  return (
    <>
      <span>{scratchSentence(from_scratch, unit.lessons.length > 0)}</span>
      <span>{estimateSentence(from_scratch.estimate, unit.author === "offline")}</span>
    </>
  );
}

function Unread({ error, onReload }: { error: Error | null; onReload: () => void }) {
  const described = describeError(error);
  return (
    <p className="text-2">
      What exactly would run, and its cost, could not be worked out: {described.title}.{" "}
      <button type="button" className="link" onClick={onReload}>
        Ask again
      </button>
    </p>
  );
}
