import { cloud, polygon, rectangle, round, side, sun, verticalFade } from "../shapes.ts";
import type { Scene, SceneTools } from "./scene.ts";

type Roof = "flat" | "gable" | "slope" | "spire" | "vault";

function roof(kind: Roof, x: number, y: number, width: number, fill: string): string {
  if (kind === "gable")
    return polygon(
      [
        { x, y },
        { x: x + width / 2, y: y - width * 0.45 },
        { x: x + width, y },
      ],
      fill,
    );
  if (kind === "slope")
    return polygon(
      [
        { x, y },
        { x, y: y - width * 0.4 },
        { x: x + width, y },
      ],
      fill,
    );
  if (kind === "spire")
    return polygon(
      [
        { x: x + width * 0.1, y },
        { x: x + width / 2, y: y - width * 1.1 },
        { x: x + width * 0.9, y },
      ],
      fill,
    );
  if (kind === "vault")
    return `<path d="M${round(x)} ${round(y)}a${round(width / 2)} ${round(width / 2)} 0 0 1 ${round(width)} 0Z" fill="${fill}"/>`;
  return rectangle(x + width * 0.12, y - 16, width * 0.34, 17, fill);
}

function house(x: number, width: number, top: number, base: number, fill: string, tools: SceneTools): string {
  const { colors, random } = tools;
  const kind = random.pick<Roof>(["flat", "gable", "gable", "slope", "spire", "vault"]);
  const shadow = colors.mix(fill, colors.dark, 0.4);
  const parts = [
    rectangle(x, top, width, base - top, fill),
    rectangle(x + width * 0.7, top, width * 0.3, base - top, shadow),
    roof(kind, x, top + 1, width, shadow),
  ];
  const columns = Math.max(2, Math.floor(width / 34));
  const pitch = width / columns;
  for (let y = top + 26; y + 26 < base; y += 44) {
    for (let column = 0; column < columns; column += 1) {
      const lit = random.chance(0.55);
      const color = lit ? colors.pale : colors.mix(fill, colors.dark, 0.7);
      parts.push(rectangle(x + pitch * (column + 0.28), y, pitch * 0.44, 24, color));
    }
  }
  return parts.join("");
}

/** Two rows of houses at the water under a low sun, with broken reflections. */
function drawCity(tools: SceneTools): string {
  const { colors, random } = tools;
  const quay = random.between(770, 800);
  const center = { x: random.between(300, 720), y: random.between(330, 400) };
  const parts = [
    verticalFade("sky", colors.shade(0.25), colors.pale, 0, quay),
    sun(center, random.between(125, 165), colors.pale),
    cloud({ x: random.between(150, 300), y: random.between(150, 230) }, 220, colors.pale, 0.65),
    cloud({ x: random.between(720, 880), y: random.between(120, 260) }, 190, colors.pale, 0.65),
  ];
  for (let x = -20; x < side; ) {
    const width = random.between(70, 120);
    const top = quay - random.between(200, 390);
    const far = colors.mix(colors.shade(0.42), colors.pale, 0.4);
    parts.push(
      rectangle(x, top, width, quay - top, far),
      roof(random.pick<Roof>(["flat", "gable", "spire", "slope"]), x, top + 1, width, far),
    );
    x += width + random.between(-4, 26);
  }
  const fills: readonly [string, ...string[]] = [
    colors.shade(0.5),
    colors.shade(0.62),
    colors.accent,
    colors.shade(0.75),
    colors.shade(0.38),
  ];
  let last = "";
  for (let x = -30; x < side; ) {
    const width = random.between(92, 150);
    const others = fills.filter((fill) => fill !== last);
    last = others[random.whole(0, others.length - 1)] ?? colors.accent;
    parts.push(house(x, width, quay - random.between(130, 300), quay, last, tools));
    x += width;
  }
  parts.push(rectangle(0, quay, side, 22, colors.dark), water(quay + 22, center.x, tools));
  return parts.join("");
}

function water(top: number, sunX: number, { colors, random }: SceneTools): string {
  const parts = [verticalFade("water", colors.shade(0.66), colors.shade(0.92), top, side - top)];
  const tones = [colors.pale, colors.accent, colors.shade(0.45)];
  for (let y = top + 18; y < side; y += 26) {
    for (let index = 0; index < 6; index += 1) {
      const width = random.between(40, 190);
      const x = index === 0 ? sunX - width / 2 : random.between(-60, side);
      parts.push(
        `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="8" rx="4" fill="${tones[index % 3]}" fill-opacity="${index === 0 ? 0.75 : 0.4}"/>`,
      );
    }
  }
  return parts.join("");
}

export const city: Scene = {
  name: "city",
  shows: "a row of houses at the water under a low sun",
  subjects: [
    "econom-",
    "city",
    "cities",
    "urban",
    "business-",
    "trade",
    "trading",
    "market-",
    "politic-",
    "societ-",
    "sociolog-",
    "computer-",
    "software",
    "network-",
    "internet",
    "money",
    "bank-",
    "financ-",
    "transport-",
    "industr-",
  ],
  draw: drawCity,
};
