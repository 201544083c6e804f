import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { expect, test } from "vitest";
import { toMarkdown, type UnitExport } from "../../src/modules/content/export-unit.ts";
import { buildExercise } from "../builders/written-unit.ts";
import { injectionPayloads } from "./injection-payloads.ts";

// SECURITY_PAYLOADS and SECURITY_SEED ask for more and for others.
const payloads = injectionPayloads(
  Number(process.env.SECURITY_PAYLOADS ?? 60),
  Number(process.env.SECURITY_SEED ?? 20_261_122),
);

function unitOf(text: string): UnitExport {
  const span = { text, kind: "written", reference: null } as const;
  return {
    format: "coursewright-unit",
    format_version: 1,
    unit: {
      id: "019a0000-0000-7000-8000-000000000001",
      title: text,
      description: text,
      learner_level: "beginner",
      author: text,
      created_at: "2026-11-22T10:00:00.000Z",
      learning_objectives: [{ id: "lo_1", text, bloom_level: "Recall" }],
      podcast_transcript: text,
    },
    lessons: [
      {
        position: 1,
        title: text,
        objective: text,
        learning_objective_ids: ["lo_1"],
        review: "approved",
        transcript: text,
        body: [
          { type: "heading", level: 2, text },
          { type: "paragraph", spans: [span] },
          { type: "list", items: [[span], [span]] },
          { type: "code", text },
          {
            type: "table",
            rows: [
              [text, text],
              [text, text],
            ],
          },
        ],
        author: text,
        audio_seconds: null,
        exercises: [{ ...buildExercise("ex_1"), stem: text }],
      },
    ],
  } as UnitExport;
}

/** What a careless reader makes of the file: with raw HTML and every protocol let through. */
const render = (markdown: string) =>
  micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });

/** Elements that our own Markdown makes, and links that a person may follow: to the web, and nothing that runs or loads by itself. */
const own =
  /<\/?(h[1-6]|p|em|strong|ul|ol|li|code|pre|table|thead|tbody|tr|th|td|br ?\/?)(?: start="\d+")?>/g;

test("a unit of hostile texts becomes Markdown in which each of them is text, also for a reader that lets HTML through", () => {
  for (const payload of payloads) {
    const html = render(toMarkdown(unitOf(payload)));
    const foreign =
      html
        .replace(own, "")
        .replace(/<a href="https?:\/\/[^"]*">|<a href="mailto:[^"]*">|<\/a>/g, "")
        .match(/<[^>]{0,80}>?/g) ?? [];
    expect(foreign, payload).toEqual([]);
  }
  process.stdout.write(`Markdown export: ${payloads.length} payloads, 0 elements\n`);
}, 120_000);
