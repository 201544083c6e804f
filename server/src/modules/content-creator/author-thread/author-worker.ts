import { parentPort } from "node:worker_threads";
import { AppError } from "../../../platform/errors.ts";
import {
  describeCover,
  detectEnglish,
  planUnit,
  unitPodcastScript,
  writeExercises,
  writeLesson,
} from "../offline-author/offline-author.ts";
import type { AuthorWork, WorkName, WorkReply, WorkRequest } from "./messages.ts";

const work: { [Name in WorkName]: (input: AuthorWork[Name]["input"]) => AuthorWork[Name]["output"] } = {
  detectEnglish,
  planUnit,
  writeLesson,
  writeExercises,
  describeCover,
  unitPodcastScript: ({ lessons, title }) => unitPodcastScript(lessons, title),
};

function answer({ job, name, input }: WorkRequest): WorkReply {
  try {
    // The sender's types tie each input to its name; a message cannot carry that.
    const run = work[name] as (input: unknown) => unknown;
    return { job, outcome: "done", output: run(input) };
  } catch (error) {
    if (error instanceof AppError) {
      const { code, status, retryable, title, message } = error;
      return { job, outcome: "refused", code, status, retryable, title, message };
    }
    return { job, outcome: "crashed", error: error instanceof Error ? error : new Error(String(error)) };
  }
}

parentPort?.on("message", (request: WorkRequest) => parentPort?.postMessage(answer(request)));
