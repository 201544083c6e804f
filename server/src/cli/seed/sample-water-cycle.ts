import { lessonStory, objective } from "./story.ts";

/** A finished, published unit of three lessons. */
export const waterCycle = {
  title: "The water cycle, from puddle to cloud and back",
  description: "Where rain comes from, why clouds form and how water finds its way back to the sea.",
  source: {
    title: "Notes for a geography class",
    text:
      "Water on Earth is never used up. It evaporates from the sea, from lakes and from wet ground, and plants give off " +
      "water through their leaves.\n\nWarm air carries the vapour upwards. Higher up the air is colder, and the vapour " +
      "condenses on tiny specks of dust. Billions of such droplets are a cloud.\n\nWhen droplets grow heavy enough they " +
      "fall as rain, snow or hail. Some of the water runs off into rivers, some soaks into the ground and is stored " +
      "there as groundwater, sometimes for thousands of years.",
  },
  learning_objectives: [
    objective(
      "lo1",
      "Explain how water gets into the air",
      "Comprehension",
      "Names evaporation and transpiration and their source of energy.",
    ),
    objective(
      "lo2",
      "Describe how a cloud forms",
      "Comprehension",
      "Puts rising, cooling and condensing in order.",
    ),
    objective(
      "lo3",
      "Trace the ways of rain back to the sea",
      "Application",
      "Follows a drop over land and through the ground.",
    ),
  ],
  lessons: [
    lessonStory({
      title: "How water gets into the air",
      objective: "Explain evaporation and transpiration.",
      objectives: ["lo1"],
      texts: [
        "A puddle on a warm pavement is gone by the afternoon, and nobody has wiped it up. Its water has become vapour: single water molecules that drift in the air and that no eye can see.",
        "## The Sun does the work",
        "Molecules in water move all the time. A few are fast enough to leave the surface. Sunlight warms the water, so more of them become fast enough. This is evaporation, and it happens far below the boiling point.",
        "Plants take part as well. They draw water from the soil and give most of it off through small openings in their leaves. This is transpiration. A large oak can give off more than a hundred litres on a summer day.",
      ],
      exercises: [
        {
          id: "ex_1",
          category: "comprehension",
          stem: "Why does a puddle dry up on a day that is far colder than boiling water?",
          options: [
            [
              "The wind pushes the water into the pavement.",
              "Wind carries vapour away; it does not press water into stone.",
            ],
            [
              "Some molecules are fast enough to leave the surface at any temperature.",
              "Evaporation needs fast molecules, not boiling.",
            ],
            ["Sunlight splits the water into gases.", "The molecules stay whole: vapour is still water."],
            ["The water turns into very small drops of fog.", "Fog is liquid; vapour is single molecules."],
          ],
          key: 1,
          objective: "lo1",
          bloom_level: "Comprehension",
          difficulty: "easy",
          quote: "A few are fast enough to leave the surface.",
        },
        {
          id: "ex_2",
          category: "transfer",
          stem: "A town cuts down the trees of its main square. Which change in the air above the square is to be expected on summer days?",
          options: [
            [
              "It becomes drier, for transpiration is missing.",
              "Leaves gave off much of the vapour above the square.",
            ],
            [
              "It becomes more humid, because nothing takes up vapour.",
              "Leaves give vapour off; they take up hardly any.",
            ],
            ["Nothing changes, for only the sea makes vapour.", "Land and plants give off vapour too."],
            ["Clouds form closer to the ground.", "That needs more vapour near the ground, not less."],
          ],
          key: 0,
          objective: "lo1",
          bloom_level: "Application",
          difficulty: "medium",
          quote:
            "They draw water from the soil and give most of it off through small openings in their leaves.",
        },
      ],
    }),
    lessonStory({
      title: "How a cloud forms",
      objective: "Put rising, cooling and condensing in order.",
      objectives: ["lo2"],
      texts: [
        "Warm air is lighter than cold air, so it rises and takes its vapour along. On its way up it expands, and expanding air cools down: by about one degree for each hundred metres.",
        "Cold air can hold less vapour than warm air. At some height the limit is reached. The vapour then turns back into liquid, but it needs something to settle on: a speck of dust, of soot or of sea salt.",
        "## What a cloud is",
        "Billions of droplets, each thinner than a hair, are what we see as a cloud. They fall so slowly that the lightest rising air holds them up.",
      ],
      exercises: [
        {
          id: "ex_1",
          category: "comprehension",
          stem: "What makes the vapour in rising air condense?",
          options: [
            [
              "The air becomes thinner and lets the vapour fall out.",
              "Not thinness but cold limits how much vapour the air holds.",
            ],
            ["The air meets the cold of outer space.", "Clouds form a few kilometres up, far below space."],
            ["The air cools until it cannot hold all of its vapour.", "Cooling is what reaches the limit."],
            ["The vapour collides with sunlight.", "Light warms; it condenses nothing."],
          ],
          key: 2,
          objective: "lo2",
          bloom_level: "Comprehension",
          difficulty: "easy",
          quote: "Cold air can hold less vapour than warm air.",
        },
        {
          id: "ex_2",
          category: "transfer",
          stem: "Why does breath become visible on a frosty morning?",
          options: [
            [
              "Lungs give off more vapour in the cold.",
              "The amount is about the same; only the air differs.",
            ],
            ["Its vapour condenses in the cold air around it.", "It is a small cloud, made the same way."],
            ["The breath freezes into snow at once.", "Droplets form first; mostly they stay liquid."],
            ["Cold air is darker than warm air.", "Temperature does not colour air."],
          ],
          key: 1,
          objective: "lo2",
          bloom_level: "Application",
          difficulty: "medium",
          quote: "The vapour then turns back into liquid",
          review: "rejected",
        },
      ],
      dropped: [{ reason: "the key is much longer than the other options", count: 1 }],
    }),
    lessonStory({
      title: "The ways back to the sea",
      objective: "Follow a drop of rain over land and through the ground.",
      objectives: ["lo3"],
      texts: [
        "Droplets in a cloud collide and join. When a drop is about a million times as large as the first droplets, the air can no longer hold it, and it falls.",
        "From there on there are three ways:",
        "- over the ground into brooks and rivers, within days\n- into the soil and up again through plants, within weeks\n- down to the groundwater, where it may stay for thousands of years",
        "Paved ground lets nothing soak in. That is why the same rain that a meadow takes up without a trace floods a car park.",
      ],
      exercises: [
        {
          id: "ex_1",
          category: "comprehension",
          stem: "Which way back to the sea can take longest?",
          options: [
            ["Over the ground into a brook", "That is the fastest way: days."],
            ["Through plants into the air", "Plants return water within weeks."],
            ["As hail that melts in spring", "Hail melts within hours or days."],
            ["Down to the groundwater", "It can stay there for thousands of years."],
          ],
          key: 3,
          objective: "lo3",
          bloom_level: "Recall",
          difficulty: "easy",
          quote: "down to the groundwater, where it may stay for thousands of years",
        },
        {
          id: "ex_2",
          category: "transfer",
          stem: "Which measure helps most against floods after heavy rain in a city?",
          options: [
            [
              "Replacing asphalt by ground that lets water soak in",
              "Soaking in takes water off the fastest way.",
            ],
            ["Painting roofs white", "That changes heat, not where water goes."],
            ["Cutting the grass shorter", "Short grass holds less water back."],
            ["Straightening the river", "Straight rivers bring the water faster."],
          ],
          key: 0,
          objective: "lo3",
          bloom_level: "Application",
          difficulty: "medium",
          quote: "Paved ground lets nothing soak in.",
        },
      ],
    }),
  ],
  podcast_transcript:
    "Welcome. In this unit you followed one drop of water: out of a puddle, up into a cloud, and down again as rain. The Sun lifts it, cold air lets it go, and the ground decides how soon it meets the sea again.",
  cover: { description: "Rain clouds over hills, with a river that runs to the sea", palette: null },
} as const;
