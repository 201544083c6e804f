import {
  circle,
  landBelow,
  type Point,
  rays,
  rectangle,
  rollingLine,
  round,
  side,
  stroke,
  sun,
} from "../shapes.ts";
import type { Scene, SceneTools } from "./scene.ts";

/** One leaf from its stem point: a lens shape, the lower half darker. */
function leaf(at: Point, length: number, degrees: number, fill: string, shadow: string): string {
  const width = length * 0.34;
  const outline = `M0 0C${round(length * 0.25)} ${round(-width)} ${round(length * 0.75)} ${round(-width)} ${round(length)} 0`;
  const lower = `C${round(length * 0.75)} ${round(width)} ${round(length * 0.25)} ${round(width)} 0 0Z`;
  return `<g transform="translate(${round(at.x)} ${round(at.y)}) rotate(${round(degrees)})"><path d="${outline}${lower}" fill="${fill}"/><path d="M${round(length)} 0${lower}" fill="${shadow}" fill-opacity=".45"/></g>`;
}

function flower(at: Point, radius: number, petals: number, fill: string, heart: string): string {
  const shape = `<ellipse cx="${round(radius * 0.62)}" cy="0" rx="${round(radius * 0.52)}" ry="${round(radius * 0.27)}" fill="${fill}"/>`;
  const all = Array.from(
    { length: petals },
    (_, index) => `<g transform="rotate(${round((360 / petals) * index)})">${shape}</g>`,
  );
  return `<g transform="translate(${round(at.x)} ${round(at.y)})">${all.join("")}</g>${circle(at, radius * 0.27, heart)}`;
}

interface Stem {
  readonly foot: Point;
  readonly top: Point;
  readonly bend: number;
}

function pointOn({ foot, top, bend }: Stem, share: number): Point {
  const control = { x: (foot.x + top.x) / 2 + bend, y: (foot.y + top.y) / 2 };
  const [first, second, third] = [(1 - share) ** 2, 2 * share * (1 - share), share ** 2];
  return {
    x: first * foot.x + second * control.x + third * top.x,
    y: first * foot.y + second * control.y + third * top.y,
  };
}

function plant(stem: Stem, fill: string, { colors, random }: SceneTools): string {
  const control = pointOn(stem, 0.5);
  const parts = [
    stroke(
      `M${round(stem.foot.x)} ${round(stem.foot.y)}Q${round(control.x * 2 - (stem.foot.x + stem.top.x) / 2)} ${round(control.y * 2 - (stem.foot.y + stem.top.y) / 2)} ${round(stem.top.x)} ${round(stem.top.y)}`,
      colors.dark,
      8,
    ),
  ];
  const pairs = random.whole(4, 6);
  const longest = Math.min(190, (stem.foot.y - stem.top.y) * 0.36);
  for (let index = 0; index < pairs; index += 1) {
    const share = 0.22 + (0.68 * index) / pairs;
    const at = pointOn(stem, share);
    const length = longest * (1 - share * 0.55);
    const lift = 30 + share * 22;
    parts.push(leaf(at, length, -lift, fill, colors.dark), leaf(at, length, 180 + lift, fill, colors.dark));
  }
  return parts.join("");
}

/** Tall plants with paired leaves and flowers in front of a large sun disc. */
function drawBotanical(tools: SceneTools): string {
  const { colors, random } = tools;
  const center = { x: side / 2 + random.between(-70, 70), y: random.between(400, 470) };
  const ground = colors.mix(colors.pale, colors.shade(0.25), 0.35);
  const parts = [
    rectangle(0, 0, side, side, ground),
    rays(center, random.whole(14, 20), colors.pale, 0.55, random.between(0, 1)),
    sun(center, random.between(215, 255), colors.shade(0.25)),
  ];
  const stems = random.pick([3, 5]);
  for (let index = 0; index < stems; index += 1) {
    const fromMiddle = Math.abs(index - (stems - 1) / 2);
    const x = 150 + (724 * index) / (stems - 1) + random.between(-20, 20);
    const top = {
      x: x + random.between(-40, 40),
      y: 240 + fromMiddle * (stems === 3 ? 190 : 115) + random.between(-30, 30),
    };
    const stem = { foot: { x, y: 960 }, top, bend: random.between(-70, 70) };
    parts.push(plant(stem, colors.shade(index % 2 === 0 ? 0.5 : 0.75), tools));
    const bloom = random.between(62, 84);
    parts.push(
      flower(
        top,
        bloom,
        random.pick([8, 10, 12]),
        index % 2 === 0 ? colors.pale : colors.shade(0.5),
        colors.dark,
      ),
    );
  }
  parts.push(
    landBelow(rollingLine(890, 26, 2, random), colors.shade(0.8)),
    landBelow(rollingLine(955, 20, 2, random), colors.dark),
  );
  return parts.join("");
}

export const botanical: Scene = {
  name: "botanical",
  shows: "tall flowers with paired leaves before a large sun",
  subjects: [
    "plant",
    "leaf",
    "leaves",
    "garden-",
    "biolog-",
    "cell",
    "food",
    "bread",
    "yeast",
    "baking",
    "flower-",
    "evolution-",
    "ecolog-",
    "bee",
    "insect-",
    "nutrition-",
    "cook-",
    "medicin-",
    "photosynth-",
    "tree",
    "gene",
    "genetic-",
    "seed",
  ],
  draw: drawBotanical,
};
