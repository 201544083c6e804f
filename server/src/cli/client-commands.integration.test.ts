import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, createHome, type Product, removeHome, startProduct } from "../../test/product.ts";
import { runProgram } from "../../test/program.ts";

const samples = path.resolve(import.meta.dirname, "../../../examples/sources");
let product: Product;
let folder: string;
let created: Awaited<ReturnType<typeof cw>>;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "coursewright-cli-"));
  product = await startProduct(createHome());
  writeFileSync(path.join(folder, "notes.md"), readFileSync(path.join(samples, "how-bread-rises.md")));
  // A relative file: it is the caller's folder that counts.
  const what = ["--source", "notes.md", "--lessons", "2", "--level", "advanced"];
  created = await cw("create", ...what, "--watch", "--json");
});
afterAll(async () => {
  await product.stop();
  removeHome(product.home);
  rmSync(folder, { recursive: true, force: true });
});

async function cw(...words: string[]) {
  const program = runProgram(words, {
    COURSEWRIGHT_URL: product.url,
    COURSEWRIGHT_HOME: product.home,
    COURSEWRIGHT_KEY_FILE: `${product.home}-keys`,
    INIT_CWD: folder,
  });
  const exitCode = await program.ended();
  return { exitCode, stdout: program.stdout(), stderr: program.stderr() };
}

async function listUnits(): Promise<string> {
  return (await ask(product.url, "/content/units")).text();
}

interface Unit {
  readonly id: string;
  readonly status: string;
  readonly lessons: readonly {
    readonly id: string;
    readonly position: number;
    readonly exercise_count: number;
  }[];
}

describe("coursewright create", () => {
  it("with --watch --json prints the finished unit exactly as the API answers it", async () => {
    const { exitCode, stdout, stderr } = created;
    expect([exitCode, stderr.includes("Error")]).toEqual([0, false]);
    const printed: unknown = JSON.parse(stdout);
    const { id } = printed as Unit;
    expect(printed).toEqual(await (await ask(product.url, `/content/units/${id}`)).json());
    expect(printed).toMatchObject({
      status: "completed",
      title: "How bread rises",
      learner_level: "advanced",
      lessons: [{ position: 1 }, { position: 2 }],
    });
  });

  it("with --watch ends in a summary of lessons, exercises, audio, cost and time", async () => {
    const { stdout, stderr } = await cw(
      "create",
      "--source",
      path.join(samples, "the-printing-press.md"),
      "--lessons",
      "2",
      "--watch",
    );
    expect(stderr).toMatch(/^lesson_creation 2: (running|completed)/m);
    expect(stdout).toMatch(
      /2 of 2 lessons, \d+ exercises \(\d+ to review\), [\d.]+ minutes of audio, cost \$0, \d+ s/,
    );
  });

  it.each([
    [["create"], "needs a topic or a source"],
    [["create", "--topic", "Tides"], "paste"],
    [["create", "--source", "absent.md"], "cannot be read"],
    [["create", "--source", "binary.bin"], "not a UTF-8 text"],
    [["create", "--source", "empty.md"], "empty"],
    [["create", "--source", "short.md"], "40 words"],
    [["create", "--source", "short.md", "--lessons", "0"], "target_lesson_count"],
    [["create", "--source", "short.md", "--lessons", "500"], "target_lesson_count"],
  ])("refuses %j with a sentence and exit code 1, and makes nothing", async (words, sentence) => {
    writeFileSync(path.join(folder, "binary.bin"), Buffer.from([0xff, 0xfe, 0x00, 0x80]));
    writeFileSync(path.join(folder, "empty.md"), "");
    writeFileSync(path.join(folder, "short.md"), "Too short to quote from.");
    const before = await listUnits();
    const { exitCode, stdout, stderr } = await cw(...words);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr.toLowerCase()).toContain(sentence.toLowerCase());
    expect(await listUnits()).toBe(before);
  });

  it.each([
    [["create", "--lessons", "many"]],
    [["create", "--level", "genius"]],
    [["create", "--sauce", "x"]],
    [["craete"]],
  ])("answers the wrong use %j with exit code 2", async (words) => {
    const { exitCode, stdout, stderr } = await cw(...words);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("error:");
  });
});

describe("the commands for a unit", () => {
  it("review, publish, export and take it back", async () => {
    // What `create --watch --json` promises to print.
    const unit = JSON.parse(created.stdout) as Unit;
    const lesson = unit.lessons[0];
    expect(unit.status).toBe("completed");
    expect((await cw("publish", unit.id)).exitCode).toBe(1);
    const reviewed = await cw("review", unit.id, "--lesson", "1", "--as", "approved");
    expect(reviewed.stdout).toMatch(/approved/);
    expect((await cw("publish", unit.id)).stdout).toMatch(/The unit is published\. \d+ exercises stay out/);
    const learner = await (await ask(product.url, `/learner/units/${unit.id}`)).json();
    expect(learner).toMatchObject({ lessons: [{ id: lesson?.id }] });
    expect((await cw("export", unit.id, "--format", "md")).stdout).toMatch(/^# How bread rises/);
    expect(JSON.parse((await cw("export", unit.id, "--format", "json")).stdout)).toMatchObject({
      format: "coursewright-unit",
      unit: { title: "How bread rises" },
    });
    expect((await cw("unpublish", unit.id)).stdout).toContain("The unit is unpublished");
    expect((await ask(product.url, `/learner/units/${unit.id}`)).status).toBe(404);
    const refused = await cw("retry", unit.id);
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining("unit_not_retryable")]);
    const runs = JSON.parse((await cw("runs", "--unit", unit.id, "--json")).stdout) as unknown[];
    expect(runs.length).toBeGreaterThan(4);
    expect((await cw("units")).stdout).toContain(unit.id);
  });

  it("say who is missing when no server answers", async () => {
    const program = runProgram(["units"], {
      COURSEWRIGHT_URL: "http://127.0.0.1:9",
      COURSEWRIGHT_HOME: product.home,
      COURSEWRIGHT_KEY_FILE: `${product.home}-keys`,
    });
    expect(await program.ended()).toBe(1);
    expect(program.stderr()).toContain("No server answers at http://127.0.0.1:9");
  });

  it("doctor finds the running server and its worker well", async () => {
    const { exitCode, stdout } = await cw("doctor", "--json");
    expect(exitCode).toBe(0);
    // What `doctor --json` promises to print.
    const findings = JSON.parse(stdout) as { readonly what: string; readonly verdict: string }[];
    const words = [
      ...["Node", "data folder", "disk", "secret files", "author", "server", "workers", "queue"],
      ...["reach", "second factor", "invitations", "sessions", "API tokens", "keys", "limits", "audit log"],
    ];
    expect(findings.map(({ what }) => what)).toEqual(words);
    expect(findings.filter(({ verdict }) => verdict === "problem")).toEqual([]);
    expect(findings).toContainEqual({ what: "workers", verdict: "ok", detail: "1 healthy" });
    expect(findings).toContainEqual({
      ...{ what: "audit log", verdict: "ok" },
      detail: expect.stringMatching(
        /^\d+ entr(y|ies) since \d{4}-\d\d-\d\d, the chain is whole, head [0-9a-f]{64}$/,
      ),
    });
  });
});
