import { writeOfflineUnit } from "./offline-unit.ts";
import { compoundInterest } from "./sample-compound-interest.ts";
import { photosynthesis } from "./sample-photosynthesis.ts";
import { renaissance, rhythm, sqlJoins, vaccines, welding } from "./sample-unfinished.ts";
import { waterCycle } from "./sample-water-cycle.ts";
import { type Authors, taskStory, type UnitStory } from "./story.ts";

const openai: Authors = {
  text: { provider: "openai", model: "gpt-4.1-mini" },
  speech: { provider: "openai", model: "tts-1" },
  image: { provider: "openai", model: "gpt-image-1" },
};
/** A server of one's own: nobody has told its prices, so its costs are unknown. */
const house: Authors = {
  text: { provider: "models.example.org", model: "qwen3-32b" },
  speech: { provider: "offline", model: "flite-slt" },
  image: { provider: "offline", model: "cover-generator" },
};
const offline: Authors = {
  text: { provider: "offline", model: "extractive-1" },
  speech: { provider: "offline", model: "flite-slt" },
  image: { provider: "offline", model: "cover-generator" },
};

const hour = 60;
const day = 24 * hour;

/** The sample units, oldest first: at least one in every status. */
export function sampleUnits(): UnitStory[] {
  return [...finishedUnits(), ...brokenUnits(), ...unfinishedUnits()].sort(
    (left, right) => right.created_minutes_ago - left.created_minutes_ago,
  );
}

function finishedUnits(): UnitStory[] {
  return [
    {
      ...waterCycle,
      slug: "water-cycle",
      status: "completed",
      learner_level: "beginner",
      topic: null,
      generated_source: null,
      authors: openai,
      created_minutes_ago: 4 * day + 3 * hour,
      tasks: [
        taskStory(4 * day + 3 * hour, { mishaps: { "lesson:2/generate_lesson_transcript": "rate_limited" } }),
      ],
      is_published: true,
    },
    {
      ...compoundInterest,
      slug: "compound-interest",
      status: "completed",
      learner_level: "beginner",
      topic: "Compound interest for people who dislike formulas",
      source: null,
      authors: openai,
      created_minutes_ago: 2 * day + 7 * hour,
      tasks: [taskStory(2 * day + 7 * hour, { worker_died_at_ms: 33_000 })],
      is_published: false,
    },
    {
      ...writeOfflineUnit(),
      slug: "tides",
      status: "completed",
      learner_level: "beginner",
      topic: null,
      generated_source: null,
      cover: { description: "Tides of the sea at the shore", palette: null },
      authors: offline,
      created_minutes_ago: day + 2 * hour,
      tasks: [taskStory(day + 2 * hour)],
      is_published: false,
    },
  ];
}

function brokenUnits(): UnitStory[] {
  return [
    {
      ...photosynthesis,
      slug: "photosynthesis",
      status: "partial",
      learner_level: "intermediate",
      topic: null,
      generated_source: null,
      authors: openai,
      created_minutes_ago: 3 * day + 5 * hour,
      tasks: [
        taskStory(3 * day + 5 * hour, {
          mishaps: {
            "lesson:2/draft_exercises": "invalid_json_twice",
            "lesson:3/generate_lesson_transcript": "provider_down",
          },
        }),
        taskStory(3 * day + 4 * hour, {
          mode: "resume",
          mishaps: { "lesson:2/draft_exercises": "invalid_json_twice" },
        }),
        taskStory(day + 6 * hour, {
          mode: "resume",
          mishaps: { "lesson:2/draft_exercises": "invalid_json_twice" },
        }),
      ],
      is_published: true,
    },
    {
      ...renaissance,
      slug: "renaissance",
      status: "failed",
      learner_level: "advanced",
      topic: "Perspective in Renaissance painting",
      source: null,
      authors: openai,
      created_minutes_ago: 20 * hour,
      tasks: [20 * hour, 13 * hour, 6 * hour, 50].map((minutes_ago, place) =>
        taskStory(minutes_ago, {
          mode: place === 0 ? "from_scratch" : "resume",
          mishaps: { "unit/extract_unit_metadata": "provider_down" },
        }),
      ),
      is_published: false,
    },
    {
      ...rhythm,
      slug: "rhythm",
      status: "cancelled",
      learner_level: "beginner",
      topic: null,
      generated_source: null,
      authors: house,
      created_minutes_ago: 9 * hour,
      tasks: [taskStory(9 * hour, { cut: { at_ms: 18_000, kind: "cancelled" } })],
      is_published: false,
    },
  ];
}

function unfinishedUnits(): UnitStory[] {
  return [
    {
      ...sqlJoins,
      slug: "sql-joins",
      status: "paused",
      learner_level: "intermediate",
      topic: null,
      generated_source: null,
      authors: openai,
      created_minutes_ago: 5 * hour,
      tasks: [
        taskStory(5 * hour, {
          cut: { at_ms: 12_000, kind: "paused" },
          // Worded unlike the gateway's own reasons: those go on by themselves where no cap is set.
          pause_reason:
            "The unit's budget of $0.05 is reached. Raise COURSEWRIGHT_BUDGET_USD_PER_UNIT, then continue the task.",
        }),
      ],
      is_published: false,
    },
    {
      ...welding,
      slug: "welding",
      status: "draft",
      learner_level: "beginner",
      topic: null,
      generated_source: null,
      authors: offline,
      created_minutes_ago: 2 * hour,
      tasks: [],
      is_published: false,
    },
    {
      ...vaccines,
      slug: "vaccines",
      status: "in_progress",
      learner_level: "beginner",
      topic: null,
      generated_source: null,
      authors: openai,
      created_minutes_ago: 0.34,
      tasks: [taskStory(0.34, { cut: { at_ms: 19_500, kind: "running" } })],
      is_published: false,
    },
  ];
}
