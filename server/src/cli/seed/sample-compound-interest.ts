import { lessonStory, objective } from "./story.ts";

/** A unit whose worker died in the middle: another one finished it, and a call stayed in doubt. */
export const compoundInterest = {
  title: "Compound interest without fear",
  description: "Why debts and savings grow faster than one expects, and how to estimate it in one's head.",
  generated_source:
    "Interest is the price of borrowed money, usually given as a share of the sum for each year. With simple interest only " +
    "the first sum earns. With compound interest the interest is added to the sum and earns as well.\n\nAfter n years at " +
    "the rate r a sum has grown by the factor (1 + r) to the power of n. A handy estimate is the rule of 72: divide 72 by the " +
    "rate in percent to get the years until a sum doubles.",
  learning_objectives: [
    objective(
      "lo1",
      "Tell simple from compound interest",
      "Comprehension",
      "Computes both for three years and explains the difference.",
    ),
    objective(
      "lo2",
      "Estimate doubling times",
      "Application",
      "Uses the rule of 72 on savings and on debts.",
    ),
  ],
  lessons: [
    lessonStory({
      title: "Interest on interest",
      objective: "Tell simple from compound interest.",
      objectives: ["lo1"],
      texts: [
        "Who lends 1,000 for a year at five percent gets 50 on top. The question that changes everything is what happens to these 50 afterwards.",
        "## Two ways to go on",
        "With simple interest the 50 are paid out. The second year brings 50 again, and so does the tenth. With compound interest the 50 stay in the account, so the second year brings 52.50 and the tenth brings 77.57.",
        "After thirty years simple interest has made 2,500 of the 1,000. Compound interest has made 4,322.",
      ],
      exercises: [
        {
          id: "ex_1",
          category: "comprehension",
          stem: "What makes compound interest grow faster than simple interest?",
          options: [
            ["The bank raises the rate every year.", "The rate is the same all the time."],
            ["Money is paid in every year.", "Nothing is paid in after the beginning."],
            [
              "The interest of earlier years earns interest too.",
              "It stays in the account and counts as part of the sum.",
            ],
            ["It is paid out more often.", "It is not paid out at all."],
          ],
          key: 2,
          objective: "lo1",
          bloom_level: "Comprehension",
          difficulty: "easy",
          quote: "With compound interest the 50 stay in the account",
        },
        {
          id: "ex_2",
          category: "transfer",
          stem: "A loan of 200 runs two years at ten percent, compounded yearly. How much is owed at the end?",
          options: [
            ["220", "That is after one year."],
            ["240", "That is simple interest: 20 for each year."],
            ["242", "200 becomes 220, and 220 becomes 242."],
            ["264", "That is the sum after one year with a fifth on top."],
          ],
          key: 2,
          objective: "lo1",
          bloom_level: "Application",
          difficulty: "medium",
          quote: "the second year brings 52.50",
        },
      ],
    }),
    lessonStory({
      title: "The rule of 72",
      objective: "Estimate how long a sum takes to double.",
      objectives: ["lo2"],
      texts: [
        "Powers are hard to work out in one's head. For doubling times there is a shortcut: divide 72 by the rate in percent.",
        "At six percent a sum doubles in about twelve years, at three percent in about twenty-four. The exact values are 11.9 and 23.4 years.",
        "The rule works for debts just as well. A credit card at eighteen percent doubles what is owed in four years when nothing is paid back.",
      ],
      exercises: [
        {
          id: "ex_1",
          category: "comprehension",
          stem: "About how long does a sum take to double at eight percent?",
          options: [
            ["Four years and a half", "That is the time at sixteen percent."],
            ["Nine years", "72 divided by 8."],
            ["Twelve years", "That is the time at six percent."],
            ["Eighteen years", "That is the time at four percent."],
          ],
          key: 1,
          objective: "lo2",
          bloom_level: "Application",
          difficulty: "easy",
          quote: "divide 72 by the rate in percent",
        },
        {
          id: "ex_2",
          category: "transfer",
          stem: "Prices rise by three percent a year. What does the rule of 72 say about a note of 100 under a mattress?",
          options: [
            ["It buys about half as much after twenty-four years.", "Prices have doubled by then."],
            ["It is worth 200 after twenty-four years.", "Prices double, not the note."],
            ["It buys three percent less after twenty-four years.", "Three percent are lost each year."],
            ["Nothing, for the rule is about accounts.", "It holds for whatever grows by a steady rate."],
          ],
          key: 0,
          objective: "lo2",
          bloom_level: "Analysis",
          difficulty: "hard",
          quote: "The rule works for debts just as well.",
        },
      ],
    }),
  ],
  podcast_transcript:
    "Welcome. Money that stays earns money of its own. Divide 72 by the rate, and you know how many years it takes to double.",
  cover: { description: "Rising steps of a city at dawn, each higher than the last", palette: null },
} as const;
