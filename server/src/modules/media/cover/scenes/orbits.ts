import { circle, landBelow, type Point, rollingLine, round, side, verticalFade } from "../shapes.ts";
import type { Scene, SceneTools } from "./scene.ts";

function planet(center: Point, radius: number, fill: string, tools: SceneTools): string {
  const { colors, random } = tools;
  const id = `planet${round(center.x)}-${round(center.y)}`.replaceAll(".", "_");
  const clip = `<clipPath id="${id}"><circle cx="${round(center.x)}" cy="${round(center.y)}" r="${round(radius)}"/></clipPath>`;
  const bands = Array.from({ length: random.whole(2, 4) }, () => {
    const y = center.y + random.between(-0.8, 0.7) * radius;
    return `<rect x="${round(center.x - radius)}" y="${round(y)}" width="${round(radius * 2)}" height="${round(radius * random.between(0.08, 0.26))}" fill="${colors.pale}" fill-opacity=".28"/>`;
  });
  const night = circle(
    { x: center.x + radius * 0.55, y: center.y + radius * 0.35 },
    radius * 1.12,
    colors.dark,
    0.38,
  );
  return `${clip}<g clip-path="url(#${id})">${circle(center, radius, fill)}${bands.join("")}${night}</g>`;
}

function ringed(center: Point, radius: number, fill: string, tools: SceneTools): string {
  const tilt = round(tools.random.between(-28, -14));
  const ring = (half: string) =>
    `<g transform="rotate(${tilt} ${round(center.x)} ${round(center.y)})"><path d="M${round(center.x - radius * 1.8)} ${round(center.y)}a${round(radius * 1.8)} ${round(radius * 0.5)} 0 0 ${half} ${round(radius * 3.6)} 0" fill="none" stroke="${tools.colors.shade(0.15)}" stroke-width="${round(radius * 0.17)}"/></g>`;
  return ring("1") + planet(center, radius, fill, tools) + ring("0");
}

/** A night sky with a sun, planets on their circles, stars, and the curve of a world in front. */
function drawOrbits(tools: SceneTools): string {
  const { colors, random } = tools;
  const center = { x: random.between(300, 720), y: random.between(400, 520) };
  const night = colors.mix(colors.dark, "#05070f", 0.35);
  const parts = [verticalFade("sky", night, colors.mix(colors.shade(0.85), colors.accent, 0.15))];
  for (let index = 0; index < 90; index += 1) {
    parts.push(
      circle(
        { x: random.between(0, side), y: random.between(0, side) },
        random.between(1.2, 4),
        colors.pale,
        round(random.between(0.3, 0.95) * 10) / 10,
      ),
    );
  }
  const radii = [190, 300, 425, 560].map((radius) => radius + random.between(-16, 16));
  for (const radius of radii) {
    parts.push(
      `<circle cx="${round(center.x)}" cy="${round(center.y)}" r="${round(radius)}" fill="none" stroke="${colors.pale}" stroke-opacity=".32" stroke-width="3"/>`,
    );
  }
  parts.push(
    circle(center, 150, colors.shade(0.22), 0.18),
    circle(center, 118, colors.shade(0.2), 0.3),
    circle(center, 88, colors.shade(0.08)),
  );
  const fills = [colors.accent, colors.shade(0.35), colors.shade(0.55), colors.shade(0.2)];
  let angle = random.between(0, 6.28);
  const taken: Point[] = [];
  for (const [index, radius] of radii.entries()) {
    const place = freePlace(center, radius, angle, taken);
    taken.push(place);
    const size = 26 + index * 15 + random.between(0, 12);
    parts.push((index === 2 ? ringed : planet)(place, size, fills[index] ?? colors.accent, tools));
    angle += random.between(1.7, 2.6);
  }
  const horizon = [
    { x: -80, y: 980 },
    { x: 240, y: 905 },
    { x: 560, y: 886 },
    { x: 860, y: 912 },
    { x: 1_110, y: 985 },
  ];
  parts.push(landBelow(horizon, colors.shade(0.62)), landBelow(rollingLine(985, 18, 3, random), night));
  return parts.join("");
}

/** Turns a place on an orbit until it lies well inside the picture and away from the other planets. */
function freePlace(center: Point, radius: number, start: number, taken: readonly Point[]): Point {
  const margin = 140;
  const isFree = ({ x, y }: Point) => taken.every((other) => Math.hypot(other.x - x, other.y - y) > 260);
  for (let turn = 0; turn < 64; turn += 1) {
    const angle = start + (turn * Math.PI) / 32;
    const place = { x: center.x + Math.cos(angle) * radius, y: center.y + Math.sin(angle) * radius };
    if (place.x > margin && place.x < side - margin && place.y > margin && place.y < 850 && isFree(place))
      return place;
  }
  return { x: side / 2, y: margin };
}

export const orbits: Scene = {
  name: "orbits",
  shows: "planets on their orbits in a night sky",
  subjects: [
    "space",
    "planet-",
    "star",
    "stars",
    "astronom-",
    "moon",
    "solar",
    "physic-",
    "gravit-",
    "atom-",
    "cosm-",
    "galax-",
    "quantum",
    "rocket",
    "particle",
    "electron-",
    "chemi-",
    "universe",
  ],
  draw: drawOrbits,
};
