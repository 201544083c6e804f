import type { Command } from "commander";
import { z } from "zod";
import type { ApiClient } from "./api-client.ts";
import { exitCodes, formatCost, printTable } from "./output.ts";
import { watchUnit } from "./watch.ts";
import { flowRunSchema, liveUnitStatuses, startedSchema, unitRowSchema, unitSchema } from "./wire.ts";

interface JsonFlag {
  readonly json?: boolean;
}

/** Adds `units`, `runs`, `retry`, `cancel`, `publish`, `unpublish`, `review` and `export`. */
export function addUnitCommands(program: Command, clientFor: () => ApiClient): void {
  addLists(program, clientFor);
  addRepairs(program, clientFor);
  addPublishing(program, clientFor);
  addReview(program, clientFor);
  program
    .command("export <unit>")
    .description("Print a finished unit as Markdown or JSON")
    .option("--format <format>", "md or json", "md")
    .action(async (unit: string, flags: { readonly format: string }) => {
      const query = new URLSearchParams({ format: flags.format });
      process.stdout.write(
        `${await clientFor().getText(`/content/units/${encodeURIComponent(unit)}/export?${query}`)}\n`,
      );
    });
}

function addLists(program: Command, clientFor: () => ApiClient): void {
  program
    .command("units")
    .description("List the newest units")
    .option("--status <status>", "only those with this status")
    .option("--json", "print one JSON value on standard output")
    .action(async (flags: JsonFlag & { readonly status?: string }) => {
      const query = flags.status === undefined ? "" : `?${new URLSearchParams({ status: flags.status })}`;
      if (flags.json)
        return void process.stdout.write(`${await clientFor().getText(`/content/units${query}`)}\n`);
      const units = await clientFor().get(`/content/units${query}`, z.array(unitRowSchema));
      printTable(
        ["unit", "title", "status", "lessons", "exercises", "to review", "cost", "created"],
        units.map((unit) => [
          unit.id,
          unit.title.slice(0, 48),
          unit.status,
          `${unit.lessons_completed}/${unit.target_lesson_count}`,
          unit.exercise_count,
          unit.draft_count,
          formatCost(unit.cost_usd),
          unit.created_at,
        ]),
      );
    });
  program
    .command("runs")
    .description("List the newest flow runs")
    .option("--unit <unit>", "only those of this unit")
    .option("--status <status>", "only those with this status")
    .option("--json", "print one JSON value on standard output")
    .action(async (flags: JsonFlag & { readonly unit?: string; readonly status?: string }) => {
      const query = new URLSearchParams();
      if (flags.unit !== undefined) query.set("unit_id", flags.unit);
      if (flags.status !== undefined) query.set("status", flags.status);
      const route = `/flow-engine/runs?${query}`;
      if (flags.json) return void process.stdout.write(`${await clientFor().getText(route)}\n`);
      const runs = await clientFor().get(route, z.array(flowRunSchema));
      printTable(
        ["flow run", "flow", "status", "unit", "step", "progress", "cost"],
        runs.map((run) => [
          run.id,
          run.lesson_position === null ? run.flow_name : `${run.flow_name} ${run.lesson_position}`,
          run.status,
          (run.unit_title ?? "").slice(0, 32),
          run.current_step ?? "",
          `${Math.round(run.progress_percentage)} %`,
          formatCost(run.cost_usd),
        ]),
      );
    });
}

function addRepairs(program: Command, clientFor: () => ApiClient): void {
  program
    .command("retry <unit>")
    .description(
      "Write a failed, partial or cancelled unit again: from scratch, or resume and keep what is done",
    )
    .option("--resume", "keep the steps that are done")
    .option("--watch", "follow the work until it ends")
    .option("--json", "print one JSON value on standard output")
    .action(
      async (unit: string, flags: JsonFlag & { readonly resume?: boolean; readonly watch?: boolean }) => {
        const client = clientFor();
        const mode = flags.resume ? "resume" : "from_scratch";
        const route = `/content-creator/units/${encodeURIComponent(unit)}/retry`;
        const started = await client.send("POST", route, { mode }, startedSchema);
        if (!flags.watch) {
          const said = flags.json
            ? JSON.stringify(started)
            : `Task ${started.task_id} writes unit ${started.unit_id} again.`;
          return void process.stdout.write(`${said}\n`);
        }
        const finished = await watchUnit(client, started.unit_id);
        const said = flags.json
          ? await client.getText(`/content/units/${finished.id}`)
          : `${finished.title}: ${finished.status}`;
        process.stdout.write(`${said}\n`);
        process.exitCode = finished.status === "completed" ? exitCodes.success : exitCodes.failed;
      },
    );
  program
    .command("cancel <unit>")
    .description("Stop writing a unit; what is done is kept for a resume")
    .action(async (unit: string) => {
      const client = clientFor();
      const found = await client.get(`/content/units/${encodeURIComponent(unit)}`, unitSchema);
      if (found.task_id === null || !liveUnitStatuses.has(found.status)) {
        return void process.stdout.write(`${found.title} is not being written: it is ${found.status}.\n`);
      }
      await client.send("POST", `/task-queue/tasks/${found.task_id}/cancel`, undefined, z.unknown());
      process.stdout.write(`The task of ${found.title} is asked to stop.\n`);
    });
}

function addPublishing(program: Command, clientFor: () => ApiClient): void {
  for (const [name, description] of [
    ["publish", "Show a unit's approved parts to learners"],
    ["unpublish", "Take a unit back from learners"],
  ] as const) {
    const command = program
      .command(`${name} <unit>`)
      .description(description)
      .option("--json", "print one JSON value on standard output");
    if (name === "publish") {
      command.option("--confirm-findings", "I have looked at what the checks found in the unit's own texts");
    }
    command.action(async (unit: string, flags: JsonFlag & { readonly confirmFindings?: boolean }) => {
      const route = `/content/units/${encodeURIComponent(unit)}/${name}`;
      const answer = await clientFor().send(
        "POST",
        route,
        flags.confirmFindings ? { confirm_findings: true } : undefined,
        z.looseObject({ draft_exercises: z.number() }),
      );
      if (flags.json) return void process.stdout.write(`${JSON.stringify(answer)}\n`);
      const left = answer.draft_exercises;
      const drafts =
        name === "publish" && left > 0 ? ` ${left} exercises stay out until somebody approves them.` : "";
      process.stdout.write(`The unit is ${name}ed.${drafts}\n`);
    });
  }
}

const lessonSchema = z.looseObject({
  id: z.string(),
  position: z.number(),
  title: z.string(),
  review: z.string(),
  exercises: z.array(z.looseObject({ id: z.string(), review: z.string(), stem: z.string() })),
});

function addReview(program: Command, clientFor: () => ApiClient): void {
  program
    .command("review <unit>")
    .description("List the drafts of a unit, or decide on them; a decision is undone with --as draft")
    .option("--lesson <position>", "only this lesson")
    .option("--exercise <id>", "only this exercise")
    .option("--as <review>", "approved, rejected or draft")
    .option("--json", "print one JSON value on standard output")
    .action(async (unit: string, flags: ReviewFlags) => {
      const client = clientFor();
      const found = await client.get(`/content/units/${encodeURIComponent(unit)}`, unitSchema);
      const wanted = found.lessons.filter(
        ({ position }) => flags.lesson === undefined || String(position) === flags.lesson,
      );
      const lessons = await Promise.all(
        wanted.map(({ id }) => client.get(`/content/lessons/${id}`, lessonSchema)),
      );
      const reviewed =
        flags.as === undefined ? lessons : await decide(client, lessons, flags.as, flags.exercise);
      const rows = reviewed.flatMap((lesson) => [
        [lesson.position, "lesson", lesson.review, lesson.title.slice(0, 70)],
        ...lesson.exercises.map(({ id, review, stem }) => [lesson.position, id, review, stem.slice(0, 70)]),
      ]);
      if (flags.json) process.stdout.write(`${JSON.stringify(reviewed)}\n`);
      else printTable(["lesson", "part", "review", "text"], rows);
    });
}

interface ReviewFlags extends JsonFlag {
  readonly lesson?: string;
  readonly exercise?: string;
  readonly as?: string;
}

type Lesson = z.infer<typeof lessonSchema>;

async function decide(
  client: ApiClient,
  lessons: readonly Lesson[],
  review: string,
  exerciseId: string | undefined,
): Promise<Lesson[]> {
  for (const lesson of lessons) {
    for (const exercise of lesson.exercises) {
      if (exerciseId !== undefined && exercise.id !== exerciseId) continue;
      const route = `/content/lessons/${lesson.id}/exercises/${encodeURIComponent(exercise.id)}/review`;
      await client.send("PUT", route, { review }, z.unknown());
    }
    if (exerciseId === undefined)
      await client.send("PUT", `/content/lessons/${lesson.id}/review`, { review }, z.unknown());
  }
  return Promise.all(lessons.map(({ id }) => client.get(`/content/lessons/${id}`, lessonSchema)));
}
