/** A question pattern: the first option is the key; `{term}`, `{other}` and `{topic}` are filled in. */
export interface ExercisePattern {
  stem: string;
  options: readonly [string, string, string, string];
}

/** Patterns that ask what the lesson says. */
export const comprehensionPatterns: readonly ExercisePattern[] = [
  {
    stem: "Which statement best describes what the lesson says about {term}?",
    options: [
      "It can be observed and compared with later results",
      "It is a name that carries no further meaning",
      "It takes effect before anything else exists",
      "It stays identical under all conditions",
    ],
  },
  {
    stem: "Why does the explanation of {topic} begin with {term} rather than with its effects?",
    options: [
      "Later steps depend on that starting point",
      "The effects have never been recorded",
      "Starting points need no evidence at all",
      "Any other order would be equally clear",
    ],
  },
  {
    stem: "What does the text give as the reason for comparing two groups that differ only in {term}?",
    options: [
      "A later difference then has one candidate cause",
      "Both groups are bound to end up the same",
      "Fewer measurements have to be written down",
      "The comparison makes predictions unnecessary",
    ],
  },
  {
    stem: "How are {term} and {other} related in the account of {topic}?",
    options: [
      "The first sets conditions and the second shows a result",
      "They are two words for exactly one thing",
      "The second always happens before the first",
      "Neither has been connected with the other",
    ],
  },
  {
    stem: "Which mistake about {term} does the author warn readers against?",
    options: [
      "Believing that a larger amount always helps",
      "Checking the records over a whole year",
      "Keeping two similar ideas carefully apart",
      "Waiting for the delay before judging",
    ],
  },
  {
    stem: "What happens, as described, when someone judges {other} too early?",
    options: [
      "A delay is overlooked and the conclusion is wrong",
      "The measurement turns out more exact than usual",
      "The starting conditions change to fit the guess",
      "Nothing is lost because timing plays no part",
    ],
  },
  {
    stem: "Which kind of case teaches at least as much as the cases that fit the idea of {term}?",
    options: [
      "One in which it was present without any effect",
      "One that was chosen because it agrees",
      "One that nobody has been able to observe",
      "One in which every condition was unknown",
    ],
  },
  {
    stem: "What would a careful observer of {term} do before drawing a conclusion?",
    options: [
      "Write values down daily and compare them afterwards",
      "Choose the conclusion first and look for support",
      "Rely on a single value taken at the beginning",
      "Ignore those days on which nothing changed",
    ],
  },
  {
    stem: "In this section, which role is given to evidence about {other}?",
    options: [
      "It shows whether a supposed link really holds",
      "It decorates a point that is already settled",
      "It replaces the need for a clear question",
      "It is collected only after the work has ended",
    ],
  },
  {
    stem: "Which summary of {topic} agrees with the closing paragraph on {term}?",
    options: [
      "Ask what it explains and what it leaves open",
      "Memorise the definition and skip the examples",
      "Trust the most recent observation above all",
      "Treat every exception as a copying error",
    ],
  },
];

/** Patterns that ask to use the idea in a new situation. */
export const transferPatterns: readonly ExercisePattern[] = [
  {
    stem: "A gardener changes {term} in one bed only and leaves the others alone. What should she compare at the end of the season?",
    options: [
      "The changed bed with the untouched ones",
      "The changed bed with a picture in a book",
      "The untouched beds with one another only",
      "The first day with a neighbour's memory",
    ],
  },
  {
    stem: "A town council sees {other} rise one week after a new rule. Which next step follows the reasoning about {topic}?",
    options: [
      "Check whether it also rose where no rule was made",
      "Announce at once that the rule has worked",
      "Repeal the rule before anything is counted",
      "Stop recording because the answer is known",
    ],
  },
  {
    stem: "An engineer doubles {term} twice; the second doubling changes almost nothing. What is the most likely explanation?",
    options: [
      "Another limit has taken over by then",
      "The first doubling never took place",
      "Instruments stop working after one use",
      "Causes act only once in any system",
    ],
  },
  {
    stem: "A student claims that {term} caused {other} because both appeared in May. Which reply uses the idea from the lesson?",
    options: [
      "Look for months in which only one of them appeared",
      "Agree, since a shared month settles the matter",
      "Refuse, since causes can never be investigated",
      "Choose whichever of the two has the shorter name",
    ],
  },
  {
    stem: "You are asked to predict {other} for a place that nobody has measured. What would you need to know first?",
    options: [
      "The conditions there that it depends on",
      "How many people have heard of the place",
      "Which result your readers would prefer",
      "The colour used for it on printed maps",
    ],
  },
  {
    stem: "Two reports on {topic} disagree. One waited a day, the other a month, before looking at {term}. How can both be honest?",
    options: [
      "The effect needs time, so the early one missed it",
      "Reports written in one month always disagree",
      "Longer reports contain only correct values",
      "The two authors must have copied each other",
    ],
  },
  {
    stem: "A museum wants one object that shows visitors how {term} acts on {other}. Which choice fits the argument best?",
    options: [
      "A series of records from before and after a change",
      "A portrait of the first person to mention it",
      "A label that repeats the definition in gold",
      "An empty case that invites any interpretation",
    ],
  },
  {
    stem: "A nurse notices that {other} improves in some patients without any change in {term}. What should she conclude?",
    options: [
      "A second cause may be at work as well",
      "The improvement cannot have happened",
      "The patients were counted in reverse",
      "The question has no meaning in practice",
    ],
  },
];

/** Reasons shown with an option that is not the key. */
export const distractorReasons: readonly string[] = [
  "The lesson describes the opposite, so this reading does not hold.",
  "Nothing in the passage supports this claim.",
  "This confuses a result with the condition that leads to it.",
  "This would make the comparison in the lesson pointless.",
  "It sounds plausible but leaves out the delay that the lesson describes.",
  "This overstates the case; the text names clear limits.",
];
