import { randomBytes, randomUUID } from "node:crypto";
import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { ask, countRuns, type PeerRun, setState } from "./peer-api.ts";

export interface FillSizes {
  readonly finished: number;
  readonly active: number;
}

/** Ids of the runs that the API made and the others are copies of. */
interface Templates {
  readonly finished: string;
  readonly active: string;
}

/** Task runs of each flow run. */
export const stepsPerRun = 3;
const flowName = "write-course";
// Within the seven days that a new connection mirrors.
const finishedWithinMs = 6.5 * 24 * 3_600_000;
const activeWithinMs = 2 * 3_600_000;
const finishedBeforeMs = 60_000;
const parentsFirst = ["flow_run", "flow_run_state", "task_run", "task_run_state"] as const;
type Table = (typeof parentsFirst)[number];
type Row = Record<string, SQLOutputValue>;

/** Makes one finished and one active run through the API, so that what is copied is what Prefect itself writes. */
export async function makeTemplates(api: string): Promise<Templates> {
  const flow = await ask<{ id: string }>(api, "/flows/", { name: flowName });
  const finished = await makeRun(api, flow.id, "finished");
  const active = await makeRun(api, flow.id, "active");
  return { finished, active };
}

async function makeRun(api: string, flowId: string, kind: keyof Templates): Promise<string> {
  const run = await ask<PeerRun>(api, "/flow_runs/", {
    flow_id: flowId,
    name: `${kind} template`,
    parameters: { title: "How tides work", target_lesson_count: stepsPerRun, unit_id: null },
    tags: ["bench"],
    state: { type: "PENDING" },
  });
  await setState(api, run.id, { type: "RUNNING" });
  for (let position = 1; position <= stepsPerRun; position += 1) {
    const step = await ask<{ id: string }>(api, "/task_runs/", {
      name: `write_lesson-${position}`,
      flow_run_id: run.id,
      task_key: "write_lesson",
      dynamic_key: String(position),
      state: { type: "PENDING" },
    });
    const isLast = position === stepsPerRun;
    const types = kind === "active" && isLast ? ["RUNNING"] : ["RUNNING", "COMPLETED"];
    for (const type of types) {
      await ask(api, `/task_runs/${step.id}/set_state`, { state: { type }, force: true });
    }
  }
  if (kind === "finished") await setState(api, run.id, { type: "COMPLETED" });
  return run.id;
}

/** Fills the SQLite file of a stopped server with copies: ids are new, moments lie in the past. The templates count. */
export function copyTemplates(file: string, templates: Templates, sizes: FillSizes): void {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  try {
    const inserts = prepareInserts(database);
    const finished = readTemplate(database, templates.finished);
    const active = readTemplate(database, templates.active);
    database.exec("BEGIN");
    for (let number = 1; number < sizes.finished; number += 1) {
      const agoMs = finishedBeforeMs + (number * finishedWithinMs) / sizes.finished;
      writeCopy(inserts, finished, agoMs, `course ${number}`);
    }
    for (let number = 1; number < sizes.active; number += 1)
      writeCopy(inserts, active, (number * activeWithinMs) / sizes.active, `active course ${number}`);
    database.exec("COMMIT");
    const broken = database.prepare("PRAGMA foreign_key_check").all();
    if (broken.length > 0) throw new Error(`${broken.length} rows point to nothing`);
  } finally {
    database.close();
  }
}

type Inserts = ReadonlyMap<Table, { readonly columns: readonly string[]; readonly statement: StatementSync }>;

function prepareInserts(database: DatabaseSync): Inserts {
  return new Map(
    parentsFirst.map((table) => {
      const columns = database
        .prepare("SELECT name FROM pragma_table_info(?)")
        .all(table)
        .map(({ name }) => String(name));
      const places = columns.map(() => "?").join(", ");
      const statement = database.prepare(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${places})`);
      return [table, { columns, statement }];
    }),
  );
}

type Template = readonly (readonly [Table, Row])[];

function readTemplate(database: DatabaseSync, runId: string): Template {
  const conditions: Record<Table, string> = {
    flow_run: "id = ?",
    flow_run_state: "flow_run_id = ?",
    task_run: "flow_run_id = ?",
    task_run_state: "task_run_id IN (SELECT id FROM task_run WHERE flow_run_id = ?)",
  };
  return parentsFirst.flatMap((table) =>
    database
      .prepare(`SELECT * FROM ${table} WHERE ${conditions[table]}`)
      .all(runId)
      .map((row) => [table, row] as const),
  );
}

const moment = /^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/;

function writeCopy(inserts: Inserts, template: Template, agoMs: number, name: string): void {
  const ids = new Map(template.map(([, { id }]) => [String(id), idLike(String(id), Date.now() - agoMs)]));
  const anyId = new RegExp([...ids.keys()].join("|"), "g");
  const copied = (value: SQLOutputValue) => {
    if (typeof value !== "string") return value;
    if (moment.test(value)) return shifted(value, -agoMs);
    return value.replace(anyId, (id) => ids.get(id) ?? id);
  };
  for (const [table, row] of template) {
    const insert = inserts.get(table);
    const values = insert?.columns.map((column) =>
      table === "flow_run" && column === "name" ? name : copied(row[column] ?? null),
    );
    insert?.statement.run(...(values ?? []));
  }
}

/** Of the version that the template's id has: 7, with the moment, for states and 4 for runs. */
function idLike(id: string, atMs: number): string {
  if (id[14] !== "7") return randomUUID();
  const time = Math.round(atMs).toString(16).padStart(12, "0");
  const random = randomBytes(10).toString("hex");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6, 18)}`;
}

/** Microseconds stay as they are. */
function shifted(text: string, byMs: number): string {
  const at = new Date(Date.parse(`${text.slice(0, 23).replace(" ", "T")}Z`) + Math.round(byMs));
  return `${at.toISOString().slice(0, 23).replace("T", " ")}${text.slice(23)}`;
}

/** Reads the copies back through the API. @throws when it does not see them as it should. */
export async function checkFilled(api: string, sizes: FillSizes): Promise<void> {
  for (const [type, wanted, expected] of [
    ["COMPLETED", sizes.finished, "PENDING RUNNING COMPLETED"],
    ["RUNNING", sizes.active, "PENDING RUNNING"],
  ] as const) {
    const count = await countRuns(api, type);
    if (count !== wanted) throw new Error(`The peer has ${count} runs in ${type}, not ${wanted}`);
    const newest = await ask<PeerRun[]>(api, "/flow_runs/filter", {
      flow_runs: { state: { type: { any_: [type] } } },
      sort: "START_TIME_DESC",
      limit: 1,
      offset: Math.floor(wanted / 2),
    });
    const run = newest[0];
    const states = await ask<{ type: string }[]>(api, `/flow_run_states/?flow_run_id=${run?.id}`);
    const steps = await ask<{ state: unknown }[]>(api, "/task_runs/filter", {
      task_runs: { flow_run_id: { any_: [run?.id] } },
    });
    const types = states.map((state) => state.type).join(" ");
    const withState = steps.filter(({ state }) => state !== null).length;
    if (types !== expected || withState !== stepsPerRun)
      throw new Error(`A copied run went through ${types}, with ${withState} steps`);
  }
}
