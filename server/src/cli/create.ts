import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ApiClient } from "./api-client.ts";
import { cliErrors } from "./errors.ts";
import { exitCodes, formatCost, formatDuration } from "./output.ts";
import { watchUnit } from "./watch.ts";
import { startedSchema, type Unit } from "./wire.ts";

interface CreateFlags {
  readonly source?: string[];
  readonly topic?: string;
  readonly title?: string;
  readonly level: string;
  readonly lessons: number;
  readonly objective?: string[];
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** Adds `coursewright create`. */
export function addCreateCommand(program: Command, clientFor: () => ApiClient): void {
  program
    .command("create")
    .description("Write a unit from a source text or a topic")
    .option("--source <file>", "a text to write the unit from; may be repeated", collect)
    .option("--topic <topic>", "what the unit is about, when there is no source (needs a language model)")
    .option("--title <title>", "the unit's title; else one is chosen")
    .addOption(
      new Option("--level <level>", "whom the unit is for")
        .choices(["beginner", "intermediate", "advanced"])
        .default("beginner"),
    )
    .option("--lessons <count>", "how many lessons, 1 to 20", wholeNumber, 4)
    .option("--objective <text>", "what learners will be able to do; may be repeated", collect)
    .option("--watch", "follow the work until it ends")
    .option("--json", "print one JSON value on standard output")
    .action(async (flags: CreateFlags) => {
      process.exitCode = await createUnit(clientFor(), flags);
    });
}

async function createUnit(client: ApiClient, flags: CreateFlags): Promise<number> {
  const started = await client.send("POST", "/content-creator/units", await readBody(flags), startedSchema, {
    "idempotency-key": randomUUID(),
  });
  if (!flags.watch) {
    if (flags.json) process.stdout.write(`${JSON.stringify(started)}\n`);
    else
      process.stdout.write(
        `Unit ${started.unit_id} is being written. Follow it at ${client.url}/units/${started.unit_id}\n`,
      );
    return exitCodes.success;
  }
  const begin = Date.now();
  const unit = await watchUnit(client, started.unit_id);
  if (flags.json) process.stdout.write(`${await client.getText(`/content/units/${unit.id}`)}\n`);
  else printSummary(client, unit, Date.now() - begin);
  return unit.status === "completed" ? exitCodes.success : exitCodes.failed;
}

async function readBody(flags: CreateFlags) {
  const sources = await Promise.all((flags.source ?? []).map(readSource));
  return {
    target_lesson_count: flags.lessons,
    learner_level: flags.level,
    ...(flags.title === undefined ? {} : { title: flags.title }),
    ...(flags.topic === undefined ? {} : { topic: flags.topic }),
    ...(sources.length === 0 ? {} : { sources }),
    ...(flags.objective === undefined ? {} : { learning_objectives: flags.objective }),
  };
}

/** Relative files are those of the folder the person stands in: npm runs scripts from the project's root. */
async function readSource(file: string) {
  const full = path.resolve(process.env.INIT_CWD ?? process.cwd(), file);
  let bytes: Buffer;
  try {
    bytes = await readFile(full);
  } catch (error) {
    throw cliErrors.create("request_refused", `The source ${full} cannot be read. Check the path.`, {
      cause: error,
    });
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw cliErrors.create(
      "request_refused",
      `${full} is not a UTF-8 text. Save it as plain text or Markdown first.`,
      {
        cause: error,
      },
    );
  }
  return { kind: "file", title: path.basename(file), text };
}

function printSummary(client: ApiClient, unit: Unit, tookMs: number): void {
  const lines = [
    "",
    `${unit.title}: ${unit.status}`,
    ...unit.lessons.map((lesson) => `  ${lesson.position}. ${lesson.title} (${lessonSummary(lesson)})`),
    `${unit.lessons_completed} of ${unit.target_lesson_count} lessons, ${unit.exercise_count} exercises` +
      ` (${unit.draft_count} to review), ${(unit.audio_seconds / 60).toFixed(1)} minutes of audio,` +
      ` cost ${formatCost(unit.cost_usd)}, ${formatDuration(tookMs)}`,
    ...unit.warnings.map(({ message }) => `Note: ${message}`),
    ...(unit.error_message === null ? [] : [unit.error_message]),
    `${client.url}/units/${unit.id}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function lessonSummary(lesson: Unit["lessons"][number]): string {
  if (lesson.status !== "completed") return lesson.error_message ?? lesson.status;
  return `${lesson.exercise_count} exercises`;
}

function collect(value: string, former: string[] | undefined): string[] {
  return [...(former ?? []), value];
}

/** For flags that take a whole number; anything else is wrong use (exit 2). */
function wholeNumber(value: string): number {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError("It takes a whole number.");
  return Number(value);
}
