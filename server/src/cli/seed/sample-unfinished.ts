import { lessonStory, objective } from "./story.ts";

/** Being written. */
export const vaccines = {
  title: "How vaccines train the immune system",
  description: "What the body learns from a vaccine and why it remembers.",
  source: {
    title: "Leaflet of a health office",
    text:
      "A vaccine shows the immune system what a germ looks like without the danger of the disease. It holds weakened or dead " +
      "germs, parts of them, or the building plan of one part.\n\nCells of the immune system take the part up and present " +
      "it. B cells that fit it multiply and make antibodies. Some of them stay as memory cells for years.\n\nWhen the real " +
      "germ comes, memory cells answer within hours instead of days.",
  },
  learning_objectives: [
    objective("lo1", "Say what a vaccine contains", "Recall", "Names three kinds of content."),
    objective(
      "lo2",
      "Explain why memory cells matter",
      "Comprehension",
      "Compares the first and the second answer.",
    ),
  ],
  lessons: [
    lessonStory({
      title: "What is in a vaccine",
      objective: "Name what vaccines contain.",
      objectives: ["lo1"],
      texts: [
        "A vaccine shows the body what a germ looks like. Some hold weakened or dead germs, others only a part of them, and some hold the plan by which our own cells build that part for a few days.",
      ],
    }),
    lessonStory({
      title: "The first answer",
      objective: "Follow the answer of the immune system step by step.",
      objectives: ["lo1", "lo2"],
      texts: [
        "Scouts of the immune system pick the part up and carry it to the nearest lymph node. There they show it around until a B cell meets it that happens to fit. That takes days.",
      ],
    }),
    lessonStory({
      title: "Cells that remember",
      objective: "Explain why the second answer is faster.",
      objectives: ["lo2"],
      texts: ["After the fight most of the new cells die. A few stay for years and wait."],
    }),
  ],
  podcast_transcript: "",
  cover: { description: "Circles that orbit a bright centre", palette: null },
} as const;

/** Waits for its budget. */
export const sqlJoins = {
  title: "SQL joins by example",
  description:
    "Inner, left and full joins on two small tables, and what each does with rows that have no partner.",
  source: {
    title: "Onboarding: databases",
    text:
      "A join puts rows of two tables side by side where a condition holds.\n\nAn inner join keeps only pairs. A left join " +
      "keeps every row of the left table and fills missing partners with NULL. A full join does so for both sides.\n\nA " +
      "condition on the right table in WHERE turns a left join into an inner join, because NULL passes no comparison.",
  },
  learning_objectives: [
    objective(
      "lo1",
      "Choose the join that keeps the rows one needs",
      "Application",
      "Picks the join for four requirements.",
    ),
    objective(
      "lo2",
      "Find the condition that spoils a left join",
      "Analysis",
      "Moves it from WHERE to ON and says why.",
    ),
  ],
  lessons: [
    lessonStory({
      title: "Pairs only: the inner join",
      objective: "Predict the rows of an inner join.",
      objectives: ["lo1"],
      texts: [
        "Two lists lie on the table: customers and orders. An inner join walks through both and keeps a pair wherever the customer numbers agree. Who has no order is not in the result.",
      ],
    }),
    lessonStory({
      title: "Keep the left side",
      objective: "Predict the rows of a left join.",
      objectives: ["lo1"],
      texts: [
        "A left join promises something: every customer is in the result. Who has no order gets one row whose order columns are NULL.",
      ],
    }),
    lessonStory({
      title: "The spoiled left join",
      objective: "Find and mend a condition in the wrong place.",
      objectives: ["lo2"],
      texts: [
        "A report shows customers without orders, and one day it is empty. Somebody has added a filter on the order date below WHERE.",
      ],
    }),
    lessonStory({
      title: "Both sides: the full join",
      objective: "Say when a full join is the right one.",
      objectives: ["lo1"],
      texts: [
        "A full join keeps what has no partner on either side. It is the tool for comparing two lists that should be equal.",
      ],
    }),
  ],
  podcast_transcript: "",
  cover: { description: "A mosaic of overlapping tiles", palette: null },
} as const;

/** The provider was down when it was planned. */
export const renaissance = {
  title: "Perspective in Renaissance painting",
  description: "",
  generated_source:
    "Around 1415 Filippo Brunelleschi showed in Florence that parallel lines which run away from the viewer meet in one point. " +
    "Leon Battista Alberti wrote the method down in 1435. Painters such as Masaccio used it to open walls into rooms.\n\nThe " +
    "method has limits: it assumes one eye that does not move, and it distorts what lies far from the middle.",
  learning_objectives: [],
  lessons: [],
  podcast_transcript: "",
  cover: { description: "", palette: null },
} as const;

/** Cancelled by a person. */
export const rhythm = {
  title: "Rhythm for beginners: beat, bar and measure",
  description: "Counting, clapping and reading simple rhythms.",
  source: {
    title: "Choir handout",
    text:
      "The beat is what the foot taps. A bar groups beats, mostly two, three or four. The time signature says how many and " +
      "which note value counts as one.\n\nA quarter note in four-four time lasts one beat, a half note two, a whole note four. " +
      "A dot behind a note makes it half as long again.\n\nA syncopation puts the stress where the beat is not.",
  },
  learning_objectives: [
    objective("lo1", "Read a time signature", "Comprehension", "Says how many beats a bar has."),
    objective(
      "lo2",
      "Clap a rhythm of quarter, half and dotted notes",
      "Application",
      "Claps four bars in time.",
    ),
  ],
  lessons: [
    lessonStory({
      title: "What the foot taps",
      objective: "Find the beat and group it into bars.",
      objectives: ["lo1"],
      texts: [
        "Put on a march and walk. What your feet do is the beat. Now count: one, two, one, two. You have just found the bar.",
      ],
    }),
    lessonStory({
      title: "Long and short",
      objective: "Clap simple note values.",
      objectives: ["lo2"],
      texts: [
        "A note says how long, a dot makes it longer by half. A dotted half note fills a bar of three.",
      ],
    }),
  ],
  podcast_transcript: "",
  cover: { description: "Waves of different length, one above the other", palette: null },
} as const;

/** Saved, not started. */
export const welding = {
  title: "Safe with the arc: welding for apprentices",
  description: "",
  source: {
    title: "Workshop rules",
    text:
      "Nobody starts the arc before everybody behind the curtain wears a shield. The light burns unprotected eyes within " +
      "seconds, and it is felt only hours later.\n\nGloves and jacket are of leather, and the sleeves are closed. Oil and solvents " +
      "stand at least ten metres away.\n\nThe extraction runs before the first spark and five minutes after the last one. Who " +
      "smells fumes stops and asks.",
  },
  learning_objectives: [],
  lessons: [],
  podcast_transcript: "",
  cover: { description: "", palette: null },
} as const;
