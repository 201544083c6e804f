import { sql } from "kysely";
import { createContentPort } from "../../src/modules/content/content-port.ts";
import type { Exercise, FinishedLesson } from "../../src/modules/content/models.ts";
import type { FinishedUnit } from "../../src/modules/content/public.ts";
import type { CurrentUser } from "../../src/platform/caller.ts";
import type { Database } from "../../src/platform/database.ts";

/** The one user that the migrations make. */
export async function findAdministrator(database: Database): Promise<CurrentUser> {
  const found = await sql<CurrentUser>`SELECT id, name, role FROM users ORDER BY id LIMIT 1`.execute(
    database,
  );
  const user = found.rows[0];
  if (user === undefined) throw new Error("The migrations made no user");
  return user;
}

export function buildExercise(id: string, review: Exercise["review"] = "approved"): Exercise {
  return {
    id,
    kind: "multiple_choice",
    category: "comprehension",
    stem: `What does item ${id} ask about the tide?`,
    options: (["A", "B", "C", "D"] as const).map((label) => ({
      label,
      text: `Answer ${label}`,
      is_key: label === "B",
      rationale: `Reason ${label}`,
    })),
    learning_objective_id: "lo_1",
    bloom_level: "Recall",
    difficulty: "easy",
    evidence: { quote: "Water rises.", reference: null },
    review,
  };
}

export function buildLesson(position: number, change: Partial<FinishedLesson> = {}): FinishedLesson {
  return {
    position,
    title: `Lesson ${position}`,
    objective: "Explain tides",
    learning_objective_ids: ["lo_1"],
    status: "completed",
    transcript: "Water rises. Water falls.",
    body: [{ type: "paragraph", spans: [{ text: "Water rises.", kind: "written", reference: null }] }],
    review: "approved",
    exercises: [buildExercise("ex_1"), buildExercise("ex_2")],
    quality: { dropped: [], findings: [], note: "", audio_outdated: false },
    audio: null,
    written_by: {},
    author: "test",
    error_code: null,
    error_message: null,
    ...change,
  };
}

/** A unit with a task in progress that holds it. */
export async function insertStartedUnit(
  database: Database,
  title = "Tides",
): Promise<{ unit_id: string; task_id: string }> {
  const user = await findAdministrator(database);
  const content = createContentPort(database, async () => undefined);
  return database.transaction().execute(async (transaction) => {
    const unit_id = await content.insertUnit(transaction, {
      title,
      learner_level: "beginner",
      target_lesson_count: 2,
      source_kind: "text",
      generated_from_topic: false,
      request: {},
      user_id: user.id,
      sources: [{ kind: "text", title: "Given", text: "The given text." }],
    });
    const inserted = await sql<{ id: string; lineage_id: string }>`
      WITH lineage AS (INSERT INTO lineages (unit_id) VALUES (${unit_id}::uuid) RETURNING id)
      INSERT INTO tasks (task_name, status, unit_id, user_id, lineage_id)
      SELECT 'unit_creation', 'in_progress', ${unit_id}::uuid, ${user.id}::uuid, id FROM lineage
      RETURNING id, lineage_id`.execute(transaction);
    const task = inserted.rows[0];
    if (task === undefined) throw new Error("INSERT INTO tasks returned no row");
    await content.giveToTask(transaction, unit_id, task);
    return { unit_id, task_id: task.id };
  });
}

/** Ends the unit's task and writes what it made. */
export async function finishUnit(
  database: Database,
  ids: { readonly unit_id: string; readonly task_id: string },
  change: Partial<FinishedUnit> = {},
): Promise<void> {
  const content = createContentPort(database, async () => undefined);
  await database.transaction().execute(async (transaction) => {
    await content.finishContent(transaction, {
      ...ids,
      status: "completed",
      title: "Tides",
      description: "Why the sea moves",
      learning_objectives: [
        {
          id: "lo_1",
          text: "Explain tides",
          bloom_level: "Recall",
          evidence_of_mastery: "Says why",
          covered_by_source: true,
        },
      ],
      sources: [],
      lessons: [buildLesson(1), buildLesson(2)],
      podcast: null,
      cover: null,
      warnings: [],
      author: "test",
      written_by: {},
      error_code: null,
      error_message: null,
      ...change,
    });
    await sql`UPDATE tasks SET status = 'completed', completed_at = clock_timestamp()
      WHERE id = ${ids.task_id}::uuid`.execute(transaction);
  });
}

/** A unit whose task has ended. */
export async function insertWrittenUnit(
  database: Database,
  change: Partial<FinishedUnit> = {},
): Promise<{ unit_id: string; task_id: string }> {
  const ids = await insertStartedUnit(database, change.title);
  await finishUnit(database, ids, change);
  return ids;
}
