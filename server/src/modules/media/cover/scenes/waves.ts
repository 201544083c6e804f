import { circle, cloud, rays, round, side, sun, verticalFade } from "../shapes.ts";
import type { Scene, SceneTools } from "./scene.ts";

/** Rows of overlapping scallops made of rings, nearer rows larger and darker, below a sun that touches the water. */
function drawWaves({ colors, random }: SceneTools): string {
  const horizon = random.between(430, 500);
  const center = { x: random.between(330, 700), y: horizon - random.between(60, 130) };
  const parts = [
    verticalFade(
      "sky",
      colors.shade(0.32),
      colors.mix(colors.shade(0.25), colors.pale, 0.3),
      0,
      horizon + 60,
    ),
    rays(center, random.whole(12, 18), colors.pale, 0.28, random.between(0, 1)),
    sun(center, random.between(120, 165), colors.pale),
    cloud({ x: random.between(120, 260), y: random.between(150, 220) }, 210, colors.pale, 0.75),
    cloud({ x: random.between(770, 900), y: random.between(220, 300) }, 180, colors.pale, 0.75),
  ];
  parts.push(verticalFade("water", colors.shade(0.5), colors.dark, horizon + 50, side));
  let y = horizon;
  let radius = 58;
  for (let row = 0; y - radius < side; row += 1) {
    const depth = Math.min(1, (y - horizon) / (side - horizon));
    const offset = row % 2 === 0 ? 0 : radius;
    for (let x = -radius * 2 + offset; x < side + radius * 2; x += radius * 2) {
      parts.push(scallop(x, y + radius, radius, depth, { colors, random }));
    }
    y += radius * 0.62;
    radius *= 1.16;
  }
  return parts.join("");
}

function scallop(x: number, y: number, radius: number, depth: number, { colors }: SceneTools): string {
  const body = colors.shade(0.5 + depth * 0.5);
  const ring = colors.mix(colors.pale, body, 0.2 + depth * 0.25);
  return [1, 0.8, 0.6, 0.4, 0.2]
    .map((scale, index) =>
      circle({ x, y }, radius * scale * (index === 0 ? 1.02 : 1), index % 2 === 0 ? body : ring),
    )
    .concat(
      `<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius * 1.01)}" fill="none" stroke="${ring}" stroke-width="${round(2 + depth * 4)}"/>`,
    )
    .join("");
}

export const waves: Scene = {
  name: "waves",
  shows: "a sun over rows of round waves",
  subjects: [
    "sea",
    "ocean-",
    "tid-",
    "water",
    "wave",
    "river",
    "marine",
    "ship",
    "sail-",
    "fish",
    "fishes",
    "fishing",
    "coast-",
    "navigat-",
    "swim-",
    "japan-",
  ],
  draw: drawWaves,
};
