import { lessonStory, objective } from "./story.ts";

/** A unit with one lesson that could not be written, even after a resume. */
export const photosynthesis = {
  title: "Photosynthesis: how plants catch light",
  description: "What happens in a leaf between a ray of light and a grain of sugar.",
  source: {
    title: "Biology, chapter 4",
    text:
      "Green plants make sugar from water and carbon dioxide. The energy comes from light, which the green pigment " +
      "chlorophyll absorbs.\n\nThe light reactions take place in the thylakoid membranes. They split water, set oxygen free " +
      "and store energy in two carriers, ATP and NADPH.\n\nThe Calvin cycle takes place in the stroma. It uses the two " +
      "carriers to bind carbon dioxide and builds sugar. It needs no light itself, but it stops soon after dark, because " +
      "its carriers run out.",
  },
  learning_objectives: [
    objective(
      "lo1",
      "Name what goes into photosynthesis and what comes out",
      "Recall",
      "Writes the balance in words.",
    ),
    objective(
      "lo2",
      "Explain what the light reactions deliver",
      "Comprehension",
      "Names oxygen, ATP and NADPH and their origin.",
    ),
    objective(
      "lo3",
      "Predict what happens to the Calvin cycle in the dark",
      "Application",
      "Argues with the two carriers.",
    ),
  ],
  lessons: [
    lessonStory({
      title: "What goes in, what comes out",
      objective: "State the balance of photosynthesis in words.",
      objectives: ["lo1"],
      texts: [
        "A willow in a pot gains fifty kilograms in five years, while the soil loses only a few grams. Most of the tree comes out of the air and out of water.",
        "Water rises from the roots. Carbon dioxide enters through small openings in the leaf. With the energy of light the plant joins them to sugar, and oxygen is left over.",
        "Chlorophyll is the pigment that absorbs the light. It takes red and blue and throws green back, and that is why leaves look green.",
      ],
      exercises: [
        {
          id: "ex_1",
          category: "comprehension",
          stem: "Where does most of the mass of a tree come from?",
          options: [
            ["From minerals in the soil", "The soil loses only a few grams."],
            ["From carbon dioxide and water", "Sugar is built from these two."],
            ["From light itself", "Light brings energy, no mass to speak of."],
            ["From oxygen in the air", "Oxygen is what is left over."],
          ],
          key: 1,
          objective: "lo1",
          bloom_level: "Recall",
          difficulty: "easy",
          quote: "Most of the tree comes out of the air and out of water.",
        },
        {
          id: "ex_2",
          category: "transfer",
          stem: "A greenhouse is lit with pure green light. What is to be expected?",
          options: [
            [
              "The plants grow faster, for leaves are green.",
              "Leaves look green because they do not take green.",
            ],
            ["The plants grow as usual.", "They miss the colours that chlorophyll absorbs."],
            ["The leaves turn red.", "The colour of the pigment stays the same."],
            [
              "The plants grow poorly, for little of the light is absorbed.",
              "Chlorophyll throws most of the green back.",
            ],
          ],
          key: 3,
          objective: "lo1",
          bloom_level: "Application",
          difficulty: "medium",
          quote: "It takes red and blue and throws green back",
        },
      ],
    }),
    lessonStory({
      title: "The light reactions",
      objective: "Explain what the light reactions deliver.",
      objectives: ["lo2"],
      texts: [
        "Inside the chloroplast lie stacks of flat sacs. In their membranes light lifts electrons to a higher energy, and a chain of proteins uses them to load two carriers.",
      ],
    }),
    lessonStory({
      title: "The Calvin cycle",
      objective: "Predict what happens to the Calvin cycle in the dark.",
      objectives: ["lo3"],
      texts: [
        "The second half happens in the liquid around the sacs, the stroma. Here an enzyme called rubisco ties carbon dioxide to a sugar with five carbon atoms.",
        "Binding and rebuilding cost energy. The cycle pays with ATP and NADPH, the two carriers that the light reactions load.",
        "No step of the cycle needs light. Yet in the dark the carriers run out within a minute, and the cycle stands still.",
      ],
      exercises: [
        {
          id: "ex_1",
          category: "comprehension",
          stem: "Why does the Calvin cycle stop soon after dark?",
          options: [
            ["Rubisco works only in the light.", "No step of the cycle needs light."],
            ["Carbon dioxide escapes at night.", "The openings close, but that is not what stops the cycle."],
            ["Its two carriers are no longer loaded.", "They come from the light reactions."],
            ["The stroma becomes solid.", "It stays liquid."],
          ],
          key: 2,
          objective: "lo3",
          bloom_level: "Comprehension",
          difficulty: "medium",
          quote: "Yet in the dark the carriers run out within a minute",
        },
        {
          id: "ex_2",
          category: "transfer",
          stem: "In an experiment a dark chloroplast gets ATP and NADPH from outside. What happens?",
          options: [
            [
              "It builds sugar for as long as the supply lasts.",
              "The cycle needs the carriers, not the light.",
            ],
            ["Nothing, for it is dark.", "Light is needed only to load the carriers."],
            ["It sets oxygen free.", "Oxygen comes from splitting water in the light."],
            ["It makes light.", "The light reactions do not run backwards."],
          ],
          key: 0,
          objective: "lo3",
          bloom_level: "Analysis",
          difficulty: "hard",
          quote: "No step of the cycle needs light.",
        },
      ],
    }),
  ],
  podcast_transcript:
    "Welcome. Plants build themselves from air and water. Light loads two carriers, and a quiet cycle in the dark part of the leaf spends them on sugar.",
  cover: {
    description: "A botanical drawing of a leaf in the sun",
    palette: ["#f1efd9", "#d9c27a", "#7f9f62", "#3d6b53", "#16332f"],
  },
} as const;
