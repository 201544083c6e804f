import {
  bird,
  cloud,
  fir,
  heightAt,
  landBelow,
  type Point,
  polygon,
  rays,
  rectangle,
  rollingLine,
  round,
  side,
  sun,
  verticalFade,
} from "../shapes.ts";
import type { Scene, SceneTools } from "./scene.ts";

function drawSunriseHills({ colors, random }: SceneTools): string {
  const center = { x: random.between(340, 690), y: random.between(360, 450) };
  const sky = colors.shade(0.25);
  const parts = [
    rectangle(0, 0, side, side, sky),
    rays(center, random.whole(11, 16), colors.pale, 0.45, random.between(0, 1)),
    sun(center, random.between(125, 160), colors.pale),
  ];
  const layers = 5;
  for (let layer = 0; layer < layers; layer += 1) {
    const depth = layer / (layers - 1);
    const line = rollingLine(545 + layer * 92, 62 - layer * 6, random.whole(1, 2), random);
    parts.push(landBelow(line, colors.mix(colors.shade(0.42 + depth * 0.58), sky, (1 - depth) * 0.2)));
    if (layer === 2 || layer === 3) parts.push(grove(line, layer, { colors, random }));
  }
  for (let count = random.whole(2, 4), index = 0; index < count; index += 1) {
    parts.push(
      bird(
        {
          x: center.x - 180 + index * 74 + random.between(-14, 14),
          y: center.y - 190 + random.between(-60, 60),
        },
        random.between(34, 52),
        colors.dark,
      ),
    );
  }
  return parts.join("");
}

/** Round trees in a loose row on a hill. */
function grove(line: readonly Point[], layer: number, { colors, random }: SceneTools): string {
  const light = colors.shade(0.55 + layer * 0.1);
  const start = random.between(60, 640);
  return Array.from({ length: random.whole(3, 6) }, (_, index) => {
    const x = start + index * random.between(52, 68);
    const size = random.between(26, 44);
    const foot = heightAt(line, x) + 6;
    const trunk = rectangle(x - 3, foot - size * 1.3, 6, size * 1.4, colors.dark);
    const crown = `<ellipse cx="${round(x)}" cy="${round(foot - size * 1.9)}" rx="${round(size * 0.72)}" ry="${round(size)}" fill="${light}"/>`;
    const shadow = `<path d="M${round(x)} ${round(foot - size * 2.9)}a${round(size * 0.72)} ${round(size)} 0 0 1 0 ${round(size * 2)}z" fill="${colors.dark}" fill-opacity=".28"/>`;
    return trunk + crown + shadow;
  }).join("");
}

function drawMountainLake({ colors, random }: SceneTools): string {
  const shore = random.between(650, 700);
  const center = {
    x: random.pick([random.between(230, 330), random.between(690, 790)]),
    y: random.between(210, 270),
  };
  const parts = [
    verticalFade("sky", colors.shade(0.25), colors.pale, 0, shore),
    sun(center, random.between(74, 98), colors.pale),
  ];
  parts.push(cloud({ x: random.between(180, 420), y: random.between(330, 390) }, 210, colors.pale, 0.7));
  parts.push(cloud({ x: random.between(620, 860), y: random.between(150, 320) }, 170, colors.pale, 0.55));
  const far = colors.mix(colors.shade(0.45), colors.pale, 0.35);
  for (let x = -60; x < side; x += random.between(190, 260)) {
    parts.push(
      peak(
        { x: x + 130, y: shore - random.between(170, 270) },
        shore,
        1.15,
        far,
        colors.mix(far, colors.dark, 0.14),
        null,
        random.between(-20, 30),
      ),
    );
  }
  const main = random.between(420, 600);
  const heights: readonly (readonly [number, number])[] = [
    [main - 300, 300],
    [main + 310, 330],
    [main, 460],
  ];
  for (const [x, height] of heights) {
    const light = colors.shade(0.62);
    parts.push(
      peak(
        { x, y: shore - height },
        shore,
        0.92,
        light,
        colors.mix(light, colors.dark, 0.5),
        colors.pale,
        random.between(-40, 40),
      ),
    );
  }
  parts.push(lake(shore, center.x, { colors, random }), foregroundFirs({ colors, random }));
  return parts.join("");
}

/** A mountain of a lit and a shaded face, with a snow cap that follows both. */
function peak(
  top: Point,
  base: number,
  slope: number,
  light: string,
  shadow: string,
  snow: string | null,
  lean: number,
): string {
  const height = base - top.y;
  const foot = { x: top.x + lean, y: base };
  const left = { x: top.x - height * slope, y: base };
  const right = { x: top.x + height * slope, y: base };
  const faces = polygon([top, foot, left], light) + polygon([top, right, foot], shadow);
  if (snow === null) return faces;
  const along = (end: Point, share: number): Point => ({
    x: top.x + (end.x - top.x) * share,
    y: top.y + (end.y - top.y) * share,
  });
  const ridge = along(foot, 0.3);
  const litCap = [
    top,
    ridge,
    along({ x: left.x * 0.55 + foot.x * 0.45, y: base }, 0.21),
    along({ x: left.x * 0.75 + foot.x * 0.25, y: base }, 0.3),
    along(left, 0.24),
  ];
  const darkCap = [
    top,
    along(right, 0.27),
    along({ x: right.x * 0.7 + foot.x * 0.3, y: base }, 0.2),
    along({ x: right.x * 0.4 + foot.x * 0.6, y: base }, 0.29),
    ridge,
  ];
  return faces + polygon(litCap, snow) + polygon(darkCap, snow, 0.62);
}

function lake(shore: number, sunX: number, { colors, random }: SceneTools): string {
  const water = colors.mix(colors.shade(0.5), colors.pale, 0.3);
  const parts = [verticalFade("lake", water, colors.shade(0.85), shore, side - shore)];
  for (let y = shore + 22, step = 22; y < side; y += step, step *= 1.16) {
    for (let index = 0; index < 3; index += 1) {
      const width = random.between(90, 320);
      const x = index === 0 ? sunX - width / 2 : random.between(-60, side);
      const height = round(Math.min(11, 3 + (y - shore) / 40));
      parts.push(
        `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${height}" rx="${round(height / 2)}" fill="${colors.pale}" fill-opacity="${index === 0 ? 0.6 : 0.22}"/>`,
      );
    }
  }
  return parts.join("");
}

function foregroundFirs({ colors, random }: SceneTools): string {
  const line = rollingLine(935, 34, 1, random);
  const ground = colors.mix(colors.dark, colors.shade(0.75), 0.12);
  const parts: string[] = [];
  const places = [0.03, 0.1, 0.16, 0.24, 0.74, 0.83, 0.9, 0.97].filter(() => random.chance(0.88));
  for (const place of places) {
    const x = place * side + random.between(-14, 14);
    const edge = Math.abs(place - 0.5) * 2;
    parts.push(
      fir(
        { x, y: heightAt(line, x) + 16 },
        random.between(130, 190) + edge * 130,
        colors.shade(0.86),
        colors.dark,
      ),
    );
  }
  return parts.join("") + landBelow(line, ground);
}

function drawDunes({ colors, random }: SceneTools): string {
  const center = { x: random.between(300, 730), y: random.between(270, 350) };
  const parts = [
    verticalFade("sky", colors.mix(colors.shade(0.25), colors.pale, 0.1), colors.pale),
    sun(center, random.between(100, 140), colors.pale),
  ];
  parts.push(cloud({ x: center.x + 250, y: center.y - 90 }, 190, colors.pale, 0.55));
  const layers = 5;
  for (let layer = 0; layer < layers; layer += 1) {
    const crest = { x: random.between(180, 850), y: 440 + layer * 108 + random.between(-26, 26) };
    parts.push(dune(crest, layer / (layers - 1), { colors, random }));
  }
  const flock = { x: center.x - 200, y: center.y - 60 };
  for (let index = 0; index < 3; index += 1) {
    parts.push(bird({ x: flock.x + index * 58, y: flock.y + (index % 2) * 30 }, 40 - index * 5, colors.dark));
  }
  return parts.join("");
}

/** A dune whose crest runs down towards the viewer in an S and parts light from shadow. */
function dune(crest: Point, depth: number, { colors, random }: SceneTools): string {
  const light = colors.shade(0.2 + depth * 0.42);
  const shadow = colors.shade(0.5 + depth * 0.5);
  const drop = random.between(110, 190);
  const { x, y } = crest;
  const ridge = `C${round(x + 40)} ${round(y + 90)} ${round(x - 190)} ${round(y + 150)} ${round(x - 60)} ${round(y + 300)}S${round(x + 90)} ${side} ${round(x + 40)} ${side + 40}`;
  const whole =
    `M-40 ${round(y + drop)}C${round(x * 0.35)} ${round(y + drop * 0.85)} ${round(x - 150)} ${round(y + 8)} ${round(x)} ${round(y)}` +
    `C${round(x + 150)} ${round(y + 10)} ${round(x + (side - x) * 0.6)} ${round(y + drop * 0.8)} ${side + 40} ${round(y + drop * 0.9)}V${side + 40}H-40Z`;
  const dark =
    `M${round(x)} ${round(y)}C${round(x + 150)} ${round(y + 10)} ${round(x + (side - x) * 0.6)} ${round(y + drop * 0.8)} ${side + 40} ${round(y + drop * 0.9)}` +
    `V${side + 40}H${round(x + 40)}C${round(x + 90)} ${side} ${round(x + 70)} ${round(y + 450)} ${round(x - 60)} ${round(y + 300)}C${round(x - 190)} ${round(y + 150)} ${round(x + 40)} ${round(y + 90)} ${round(x)} ${round(y)}Z`;
  return `<path d="${whole}" fill="${light}"/><path d="${dark}" fill="${shadow}"/><path d="M${round(x)} ${round(y)}${ridge}" fill="none" stroke="${colors.pale}" stroke-opacity=".35" stroke-width="3"/>`;
}

export const sunriseHills: Scene = {
  name: "sunrise_hills",
  shows: "a rising sun with rays over layered hills",
  subjects: [
    "weather",
    "season",
    "farm-",
    "agricultur-",
    "country-",
    "landscape",
    "poetry",
    "poem",
    "literature",
    "story",
    "stories",
    "novel",
    "health-",
    "mind",
    "psycholog-",
  ],
  draw: drawSunriseHills,
};

export const mountainLake: Scene = {
  name: "mountain_lake",
  shows: "snowy mountains behind a lake and dark firs",
  subjects: [
    "mountain",
    "geolog-",
    "rock",
    "climate",
    "glaci-",
    "ice",
    "volcan-",
    "earthquake",
    "forest",
    "winter",
    "environment-",
    "snow",
  ],
  draw: drawMountainLake,
};

export const dunes: Scene = {
  name: "dunes",
  shows: "sunlit dunes with sharp crests",
  subjects: ["desert", "egypt-", "sand", "energy", "solar", "africa-", "arab-", "nomad", "islam-", "heat"],
  draw: drawDunes,
};
