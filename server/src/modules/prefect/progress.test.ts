import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { nextProgress, type Progress, type ProgressReading } from "./progress.ts";

const reading = (changes: Partial<ProgressReading>): ProgressReading => ({
  attempt: 1,
  artifact: undefined,
  steps_total: null,
  steps_known: 0,
  steps_done: 0,
  ...changes,
});

test.each([
  ["the artifact", reading({ artifact: 37.5, steps_total: 4, steps_done: 4 }), "artifact", 37.5],
  ["an artifact of more than all", reading({ artifact: 140 }), "artifact", 100],
  ["an artifact below nothing", reading({ artifact: -3 }), "artifact", 0],
  ["an artifact that is text", reading({ artifact: "half", steps_total: 4, steps_done: 1 }), "label", 25],
  ["an artifact that is no number", reading({ artifact: Number.NaN }), "counts", null],
  ["a total from a label", reading({ steps_total: 8, steps_done: 2 }), "label", 25],
  ["more done than the label said", reading({ steps_total: 2, steps_done: 3 }), "label", 100],
  ["a total of nothing", reading({ steps_total: 0, steps_done: 3 }), "counts", null],
  ["counts alone", reading({ steps_known: 5, steps_done: 3 }), "counts", null],
])("progress from %s", (_name, read, source, percentage) =>
  expect(nextProgress(null, read)).toMatchObject({ source, percentage }),
);

describe("progress", () => {
  it("keeps what it showed when the artifact vanishes or falls", () => {
    const shown = nextProgress(null, reading({ artifact: 60 }));
    expect(nextProgress(shown, reading({ artifact: 40 }))).toMatchObject({
      source: "artifact",
      percentage: 60,
    });
    expect(nextProgress(shown, reading({}))).toMatchObject({ source: "artifact", percentage: 60 });
  });

  it("begins anew with a new attempt and ignores a late reading of the one before", () => {
    const second = nextProgress(
      nextProgress(null, reading({ artifact: 60 })),
      reading({ attempt: 2, artifact: 5 }),
    );
    expect(second).toMatchObject({ attempt: 2, percentage: 5 });
    expect(nextProgress(second, reading({ attempt: 1, artifact: 99 }))).toBe(second);
  });

  it("never goes back within an attempt, whatever is read in whatever order", () => {
    const anyReading = fc.record({
      attempt: fc.integer({ min: 1, max: 3 }),
      artifact: fc.oneof(fc.double(), fc.constant(undefined), fc.string()),
      steps_total: fc.option(fc.integer({ min: 0, max: 20 })),
      steps_known: fc.nat(20),
      steps_done: fc.nat(20),
    });
    fc.assert(
      fc.property(fc.array(anyReading), (readings) => {
        let shown: Progress | null = null;
        for (const read of readings) {
          const next: Progress = nextProgress(shown, read);
          if (shown !== null) {
            expect(next.attempt).toBeGreaterThanOrEqual(shown.attempt);
            if (next.attempt === shown.attempt) {
              expect(next.percentage ?? -1).toBeGreaterThanOrEqual(shown.percentage ?? -1);
              expect(next.steps_done).toBeGreaterThanOrEqual(shown.steps_done);
            }
          }
          expect(next.steps_known).toBeGreaterThanOrEqual(next.steps_done);
          shown = next;
        }
      }),
    );
  });
});
