import { path, rays, rectangle, round, side, sun, verticalFade } from "../shapes.ts";
import type { Scene, SceneTools } from "./scene.ts";

function arch(x: number, springY: number, half: number, baseY: number, fill: string): string {
  return path(
    `M${round(x - half)} ${round(baseY)}V${round(springY)}a${round(half)} ${round(half)} 0 0 1 ${round(half * 2)} 0V${round(baseY)}Z`,
    fill,
  );
}

function dome(x: number, y: number, radius: number, rise: number, fill: string, shadow: string): string {
  const outline = (from: number) => `a${round(radius)} ${round(radius * rise)} 0 0 1 ${round(from)} 0`;
  return (
    path(`M${round(x - radius)} ${round(y)}${outline(radius * 2)}Z`, fill) +
    `<path d="M${round(x)} ${round(y)}V${round(y - radius * rise)}A${round(radius)} ${round(radius * rise)} 0 0 1 ${round(x + radius)} ${round(y)}Z" fill="${shadow}" fill-opacity=".45"/>` +
    rectangle(x - 3, y - radius * rise - 46, 6, 50, shadow) +
    `<circle cx="${round(x)}" cy="${round(y - radius * rise - 48)}" r="9" fill="${shadow}"/>`
  );
}

/** A domed hall with side towers and an arcade, in front of a radiant sky, mirrored in the water of a basin. */
function drawArches({ colors, random }: SceneTools): string {
  const center = { x: side / 2, y: random.between(380, 430) };
  const ground = 838;
  const sky = colors.shade(0.25);
  const wall = colors.shade(0.5);
  const deep = colors.shade(0.72);
  const parts = [
    rectangle(0, 0, side, side, sky),
    rays(center, random.whole(11, 15), colors.pale, 0.48, random.between(0, 1)),
    sun(center, random.between(215, 245), colors.pale),
  ];
  const towerX = random.between(285, 330);
  for (const direction of [-1, 1]) {
    const x = center.x + direction * towerX;
    parts.push(
      rectangle(x - 62, 470, 124, ground - 470, deep),
      dome(x, 470, 70, random.pick([1, 1.25]), wall, colors.dark),
    );
    parts.push(rectangle(x - 72, 464, 144, 16, colors.pale), arch(x, 560, 26, 660, colors.dark));
    parts.push(
      rectangle(
        x + direction * 62 - (direction > 0 ? 0 : 150),
        640,
        150,
        ground - 640,
        colors.mix(deep, colors.dark, 0.25),
      ),
    );
  }
  parts.push(rectangle(center.x - 235, 520, 470, ground - 520, wall));
  parts.push(
    dome(
      center.x,
      505,
      random.between(185, 215),
      random.pick([0.85, 1, 1.1]),
      colors.accent === sky ? wall : colors.accent,
      colors.dark,
    ),
  );
  parts.push(
    rectangle(center.x - 250, 500, 500, 24, colors.pale),
    rectangle(center.x - 235, 524, 470, 10, deep),
  );
  parts.push(arcade(center.x, ground, { colors, random }), basin(ground, { colors, random }));
  return parts.join("");
}

function arcade(centerX: number, ground: number, { colors, random }: SceneTools): string {
  const count = random.pick([3, 5]);
  const pitch = 440 / count;
  const parts: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const x = centerX + (index - (count - 1) / 2) * pitch;
    const half = pitch * 0.37;
    const spring = 610 + half * 0.4;
    parts.push(arch(x, spring, half + 10, ground, colors.pale), arch(x, spring, half, ground, colors.dark));
    parts.push(arch(x, spring + half * 0.42, half * 0.62, ground, colors.shade(0.25)));
  }
  return parts.join("");
}

function basin(ground: number, { colors, random }: SceneTools): string {
  const parts = [
    rectangle(0, ground, side, 26, colors.pale),
    verticalFade("basin", colors.shade(0.82), colors.dark, ground + 26, side),
  ];
  for (let y = ground + 52; y < side; y += 34) {
    const width = random.between(220, 560);
    parts.push(
      `<rect x="${round(side / 2 - width / 2 + random.between(-60, 60))}" y="${y}" width="${round(width)}" height="9" rx="4.5" fill="${colors.shade(0.4)}" fill-opacity=".55"/>`,
    );
  }
  return parts.join("");
}

export const arches: Scene = {
  name: "arches",
  shows: "a domed hall with arches before a radiant sky",
  subjects: [
    "history",
    "histori-",
    "empire",
    "roman",
    "rome",
    "byzant-",
    "greek",
    "greece",
    "ancient",
    "medieval",
    "church-",
    "religio-",
    "law",
    "philosoph-",
    "renaissance",
    "architect-",
    "museum",
    "king",
    "kingdom",
    "war",
    "emperor",
    "cathedral",
    "temple",
    "constitution-",
    "castle",
  ],
  draw: drawArches,
};
