import type { Disagreement } from "../../../api/engine-rows.ts";

/** One way to repair a disagreement. */
export type RepairKind = Disagreement["repairs"][number];

const kinds: Readonly<Record<Disagreement["kind"], string>> = {
  launched_never_seen: "Asked for, but never seen there",
  lost: "Lost on Prefect",
  cancelled_still_running: "Cancelled, but still at work",
  ended_here_runs_there: "Ended here, still runs there",
  silent: "Gives no sign of life",
  outcome_unknown: "The answer was lost",
};

/** What a disagreement is about. */
export function kindWordsOf(kind: Disagreement["kind"]): string {
  return kinds[kind];
}

/** A repair in words; `question` is null where nothing changes by it. */
export type RepairWords = {
  button: string;
  question: { title: string; consequence: string } | null;
  dangerous: boolean;
  done: string;
};

const repairs: Readonly<Record<RepairKind, RepairWords>> = {
  read_again: {
    button: "Read again",
    question: null,
    dangerous: false,
    done: "The run was read again.",
  },
  launch_again: {
    button: "Ask again",
    question: {
      title: "Ask Prefect to start it again?",
      consequence:
        "It is asked with the same key: a run that exists after all is found and not doubled. Where there is none a new run begins, with its costs.",
    },
    dangerous: false,
    done: "Prefect is asked again.",
  },
  cancel_there: {
    button: "Cancel there",
    question: {
      title: "Cancel the run on Prefect?",
      consequence:
        "Prefect is asked to end the run with everything below it. What our record says does not change.",
    },
    dangerous: true,
    done: "Prefect is asked to cancel it.",
  },
  end_here: {
    button: "End it here",
    question: {
      title: "End the task here as failed?",
      consequence:
        "The task and its unit fail, and the unit can be retried. Nothing is changed on Prefect: a run that is still at work there goes on.",
    },
    dangerous: true,
    done: "The task has ended as failed.",
  },
};

/** What a repair is called, what it changes, and what to say once it was asked for. */
export function repairWordsOf(repair: RepairKind): RepairWords {
  return repairs[repair];
}
