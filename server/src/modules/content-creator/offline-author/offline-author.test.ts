import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkExercise } from "../exercise-quality/check-exercise.ts";
import { checkUnit } from "../exercise-quality/check-unit.ts";
import { containsWords } from "../exercise-quality/text-comparison.ts";
import { plainInlineText } from "./inline-text.ts";
import type { Block, LessonText, SourceInput, Span, UnitPlan, WrittenExercises } from "./model.ts";
import { describeCover, planUnit, unitPodcastScript, writeExercises, writeLesson } from "./offline-author.ts";

const SAMPLES = ["how-tides-work", "the-printing-press", "how-bread-rises"];

function sample(name: string): string {
  return readFileSync(new URL(`../../../../../examples/sources/${name}.md`, import.meta.url), "utf8");
}

interface WrittenUnit {
  plan: UnitPlan;
  lessons: LessonText[];
  exercises: WrittenExercises[];
}

function writeUnit(text: string, lessonCount: number, objectives: string[] = []): WrittenUnit {
  const sources: SourceInput[] = [{ text }];
  const plan = planUnit({
    sources,
    target_lesson_count: lessonCount,
    learning_objectives: objectives,
    learner_level: "beginner",
  });
  const positions = plan.lessons.map((lesson) => lesson.position);
  return {
    plan,
    lessons: positions.map((position) => writeLesson({ plan, position, sources })),
    exercises: positions.map((position) => writeExercises({ plan, position, sources })),
  };
}

function spansOf(block: Block): Span[] {
  if (block.type === "paragraph") return block.spans;
  return block.type === "list" ? block.items.flat() : [];
}

function refusal(text: string): string {
  try {
    planUnit({ sources: [{ text }], target_lesson_count: 2, learner_level: "beginner" });
    return "accepted";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe.each(SAMPLES)("the sample source %s", (name) => {
  const text = sample(name);
  const unit = writeUnit(text, 4);

  it("becomes four lessons of 250 to 650 spoken words", () => {
    expect(unit.plan.lessons.map((lesson) => lesson.position)).toEqual([1, 2, 3, 4]);
    expect(unit.plan.warnings).toEqual([]);
    for (const lesson of unit.lessons) {
      expect(lesson.words).toBeGreaterThanOrEqual(250);
      expect(lesson.words).toBeLessThanOrEqual(650);
    }
  });

  it("quotes the source word for word and marks every other phrase as its own", () => {
    const plain = plainInlineText(text);
    for (const lesson of unit.lessons) {
      for (const span of lesson.body.flatMap(spansOf)) {
        if (span.kind === "connective") continue;
        expect(span.reference).toBeDefined();
        expect(plain).toContain(span.text);
        expect(lesson.transcript).toContain(span.text);
      }
    }
  });

  it("gives each lesson at least three items that pass every hard check, as drafts", () => {
    const objectiveIds = unit.plan.learning_objectives.map((objective) => objective.id);
    for (const { exercises, note } of unit.exercises) {
      expect(exercises.length).toBeGreaterThanOrEqual(3);
      expect(note).toContain("Transfer: 0 of 6, needs a language model.");
      for (const exercise of exercises) {
        const other_stems = exercises.filter((other) => other !== exercise).map((other) => other.stem);
        const report = checkExercise(exercise, {
          objective_ids: objectiveIds,
          source_text: text,
          other_stems,
        });
        expect(report.hard).toEqual([]);
        expect(exercise.review).toBe("draft");
        expect(["Recall", "Comprehension"]).toContain(exercise.bloom_level);
      }
    }
  });

  it("keeps test-wise guessers and favoured letters near chance", () => {
    const report = checkUnit(unit.exercises.flatMap((written) => written.exercises));
    expect(report.items).toBeGreaterThanOrEqual(18);
    expect(report.findings).toEqual([]);
  });

  it("never offers a wrong statement that stands in the source", () => {
    for (const exercise of unit.exercises.flatMap((written) => written.exercises)) {
      if (!/statement|sentence stands/.test(exercise.stem)) continue;
      const found = exercise.options.filter((option) => containsWords(text, option.text));
      expect(found.map((option) => option.is_key)).toEqual([true]);
    }
  });

  it("gives the same bytes every time", () => {
    const other = `${sample("how-tides-work")}\n\nOne more sentence changes the text for good.`;
    writeUnit(other, 3);
    expect(JSON.stringify(writeUnit(text, 4))).toBe(JSON.stringify(unit));
  });
});

describe("planUnit", () => {
  it("takes the headings as lessons when their number is the wanted one", () => {
    const { plan } = writeUnit(sample("how-tides-work"), 5);
    expect(plan.title).toBe("How tides work");
    expect(plan.lessons.map((lesson) => lesson.title)).toEqual([
      "The pull of the Moon",
      "The daily rhythm of high and low water",
      "The Sun and the two-week cycle",
      "How coasts shape the tide",
      "Living and working with tides",
    ]);
  });

  it("matches the given objectives to the source and says which are not covered", () => {
    const { plan } = writeUnit(sample("how-tides-work"), 4, [
      "Explain spring tides and neap tides",
      "Describe the life of Napoleon in exile",
    ]);
    const [covered, missing] = plan.learning_objectives;
    expect(covered).toMatchObject({ id: "lo_1", covered_by_source: true, bloom_level: "Comprehension" });
    expect(covered!.references.length).toBeGreaterThan(0);
    expect(missing).toMatchObject({ id: "lo_2", covered_by_source: false, references: [] });
    expect(plan.warnings).toContain(
      "The source does not cover the objective “Describe the life of Napoleon in exile”.",
    );
    const holders = plan.lessons.filter((lesson) => lesson.learning_objective_ids.includes("lo_1"));
    expect(holders.map((lesson) => lesson.title).join()).toContain("two-week cycle");
  });

  it("gives every lesson an objective that exists", () => {
    const { plan } = writeUnit(sample("how-bread-rises"), 3, ["Explain what kneading does to gluten"]);
    const ids = plan.learning_objectives.map((objective) => objective.id);
    for (const lesson of plan.lessons) {
      expect(lesson.learning_objective_ids.length).toBeGreaterThan(0);
      expect(ids).toEqual(expect.arrayContaining(lesson.learning_objective_ids));
    }
  });

  it("makes fewer lessons of a short text and says so", () => {
    const words = sample("how-bread-rises").split(/\s+/).slice(0, 200).join(" ");
    const { plan, lessons } = writeUnit(`${words}.`, 8);
    expect(plan.lessons.length).toBeGreaterThanOrEqual(1);
    expect(plan.lessons.length).toBeLessThan(8);
    expect(plan.warnings[0]).toContain("instead of 8");
    expect(lessons.every((lesson) => lesson.references.length > 0)).toBe(true);
  });

  it("divides a text without headings into the wanted number of even lessons", () => {
    const text = sample("the-printing-press").replace(/^#.*$/gm, "");
    const { plan, lessons } = writeUnit(text, 4);
    expect(plan.lessons).toHaveLength(4);
    expect(new Set(plan.lessons.map((lesson) => lesson.title)).size).toBe(4);
    for (const lesson of lessons) expect(lesson.words).toBeGreaterThan(200);
  });

  it("divides one endless paragraph too", () => {
    const text = sample("how-bread-rises").replace(/^#.*$/gm, "").replace(/\s+/g, " ");
    expect(writeUnit(text, 4).plan.lessons).toHaveLength(4);
  });

  it("refuses what it cannot read or would have to invent", () => {
    const german = `Die Gezeiten sind die Bewegungen des Wassers im Meer, die durch die Kräfte des Mondes und der Sonne
      entstehen. Zweimal am Tag steigt und fällt das Wasser an den meisten Küsten, und die Menschen an der See richten
      ihr Leben nach diesem Wechsel, der mit der Stellung des Mondes am Himmel zusammenhängt.`;
    expect(refusal(german)).toBe("source_not_english");
    expect(refusal("潮汐は、主に月の引力によって海面が周期的に上下する現象である。".repeat(8))).toBe(
      "source_not_english",
    );
    expect(refusal("")).toBe("source_too_short");
    expect(refusal("The tide rises twice a day.")).toBe("source_too_short");
    expect(refusal(`\`\`\`\n${"const answer = 42;\n".repeat(40)}\`\`\``)).toBe("source_too_short");
  });
});

describe("awkward sources", () => {
  const prose = sample("how-bread-rises");

  it("keeps hostile markup as inert text and quotes none of it", () => {
    const hostile = [
      "<script>alert('bread')</script>",
      "![tracker](http://evil.example/pixel.png)",
      "The dough <img src=x onerror=alert(1)> rises in the bowl for about an hour before it is shaped.",
      "[Bread](javascript:alert(1)) is baked in most countries of the world with wheat flour and yeast.",
    ].join("\n\n");
    const unit = writeUnit(`${prose}\n\n## Notes\n\n${hostile}`, 5);
    const quoted = unit.lessons.flatMap((lesson) => lesson.body.flatMap(spansOf)).map((span) => span.text);
    const items = JSON.stringify(unit.exercises);
    for (const text of [...quoted, ...unit.lessons.map((lesson) => lesson.transcript), items]) {
      expect(text).not.toMatch(/<script|<img|evil\.example|javascript:|onerror/);
    }
    const types = new Set(unit.lessons.flatMap((lesson) => lesson.body.map((block) => block.type)));
    expect(
      [...types].filter((type) => !["heading", "paragraph", "list", "code", "table"].includes(type)),
    ).toEqual([]);
  });

  it("shows tables and code in the lesson and takes no sentence from them", () => {
    const table = "| Flour is called | strong. |\n|---|---|\n| Water is called | wet. |";
    const code = "```js\n// A loop is called a cycle. It is called again and again.\nrun();\n```";
    const unit = writeUnit(
      `${prose}\n\n## Tables and code\n\n${table}\n\n${code}\n\n${"The last part of the text is plain prose about ovens and bread. ".repeat(8)}`,
      5,
    );
    const body = unit.lessons.flatMap((lesson) => lesson.body);
    const rows = body.flatMap((block) => (block.type === "table" ? block.rows : []));
    expect(rows).toEqual([
      ["Flour is called", "strong."],
      ["Water is called", "wet."],
    ]);
    expect(body.some((block) => block.type === "code" && block.text.includes("run();"))).toBe(true);
    expect(JSON.stringify(unit.exercises)).not.toContain("called a cycle");
    expect(unit.lessons.map((lesson) => lesson.transcript).join(" ")).not.toContain("run();");
  });

  it("works through 50,000 words with lessons of the usual length", () => {
    const copies = Array.from({ length: 10 }, (_, copy) =>
      SAMPLES.map((name) =>
        sample(name).replace(/\b(\d{2,4})\b/g, (digits) => String(Number(digits) + copy)),
      ).join("\n\n"),
    ).join("\n\n");
    const unit = writeUnit(copies, 12);
    expect(unit.plan.lessons).toHaveLength(12);
    for (const lesson of unit.lessons) expect(lesson.words).toBeLessThanOrEqual(720);
    for (const { exercises } of unit.exercises) expect(exercises.length).toBeGreaterThan(0);
  }, 60_000);
});

describe("the unit's media texts", () => {
  it("describes the same cover for the same title, in five colours", () => {
    const input = { title: "How tides work", description: "Four lessons.", keywords: ["tide", "Moon"] };
    const cover = describeCover(input);
    expect(describeCover(input)).toEqual(cover);
    expect(cover.palette).toHaveLength(5);
    for (const colour of cover.palette) expect(colour).toMatch(/^#[0-9a-f]{6}$/);
    expect(describeCover({ ...input, title: "Bread" }).palette).not.toEqual(cover.palette);
    expect(cover.alt_text).toBe(
      `How tides work: abstract pattern of ${/pattern of (.+)$/.exec(cover.alt_text)![1]}`,
    );
  });

  it("tells the unit's lessons in order with their key points", () => {
    const { lessons } = writeUnit(sample("how-tides-work"), 4);
    const script = unitPodcastScript(lessons, "How tides work");
    expect(script.startsWith("How tides work. This is a short tour of 4 lessons")).toBe(true);
    const places = lessons.map((lesson) => script.indexOf(lesson.title));
    expect(places.every((place) => place > 0)).toBe(true);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
  });
});
