import { circle, rectangle, round } from "../shapes.ts";
import type { Scene, SceneTools } from "./scene.ts";

type Tile = (x: number, y: number, size: number, ink: string, second: string, turn: number) => string;

function turned(x: number, y: number, size: number, turn: number, body: string): string {
  return `<g transform="translate(${round(x)} ${round(y)}) rotate(${turn * 90} ${round(size / 2)} ${round(size / 2)})">${body}</g>`;
}

const quarter: Tile = (x, y, size, ink, second, turn) =>
  turned(
    x,
    y,
    size,
    turn,
    `<path d="M0 0H${size}A${size} ${size} 0 0 1 0 ${size}Z" fill="${ink}"/><path d="M0 0H${size / 2}A${size / 2} ${size / 2} 0 0 1 0 ${size / 2}Z" fill="${second}"/>`,
  );

const leaf: Tile = (x, y, size, ink, second, turn) =>
  turned(
    x,
    y,
    size,
    turn,
    `<path d="M0 ${size}A${size} ${size} 0 0 1 ${size} 0A${size} ${size} 0 0 1 0 ${size}Z" fill="${ink}"/><path d="M${size * 0.12} ${size * 0.88}L${size * 0.72} ${size * 0.28}" stroke="${second}" stroke-width="6" stroke-linecap="round"/>`,
  );

const halves: Tile = (x, y, size, ink, second, turn) =>
  turned(
    x,
    y,
    size,
    turn,
    `<path d="M0 0A${size / 2} ${size / 2} 0 0 0 ${size} 0Z" fill="${ink}"/><path d="M0 ${size / 2}A${size / 2} ${size / 2} 0 0 0 ${size} ${size / 2}Z" fill="${second}"/>`,
  );

const target: Tile = (x, y, size, ink, second) => {
  const center = { x: x + size / 2, y: y + size / 2 };
  return (
    circle(center, size * 0.42, ink) + circle(center, size * 0.26, second) + circle(center, size * 0.11, ink)
  );
};

const stripes: Tile = (x, y, size, ink, _second, turn) =>
  turned(
    x,
    y,
    size,
    turn,
    [0, 1, 2, 3].map((index) => rectangle((index * size) / 4, 0, size / 8, size, ink)).join(""),
  );

const steps: Tile = (x, y, size, ink, second, turn) =>
  turned(
    x,
    y,
    size,
    turn,
    `<path d="M0 ${size}V0L${size} ${size}Z" fill="${ink}"/><path d="M0 ${size}V${size / 2}L${size / 2} ${size}Z" fill="${second}"/>`,
  );

const dots: Tile = (x, y, size, ink) =>
  [0, 1, 2]
    .flatMap((row) =>
      [0, 1, 2].map((column) =>
        circle({ x: x + size * (0.2 + column * 0.3), y: y + size * (0.2 + row * 0.3) }, size * 0.075, ink),
      ),
    )
    .join("");

/** A quilt of geometric tiles; neighbours never share a ground colour, and one large tile holds the eye. */
function drawMosaic({ colors, random }: SceneTools): string {
  const count = random.pick([4, 5]);
  const size = 1_024 / count;
  const grounds = [colors.pale, colors.shade(0.25), colors.shade(0.5), colors.shade(0.75), colors.dark];
  const tiles: readonly [Tile, ...Tile[]] = [
    quarter,
    quarter,
    leaf,
    leaf,
    halves,
    target,
    stripes,
    steps,
    dots,
  ];
  const parts: string[] = [];
  const used: number[][] = [];
  for (let row = 0; row < count; row += 1) {
    const line: number[] = [];
    for (let column = 0; column < count; column += 1) {
      const taken = [line[column - 1], used[row - 1]?.[column]];
      const free = [0, 1, 2, 3, 4].filter((index) => !taken.includes(index));
      const ground = free[random.whole(0, free.length - 1)] ?? 0;
      line.push(ground);
      const ink = (ground + random.whole(2, 3)) % 5;
      const second =
        [0, 1, 2, 3, 4].filter((index) => index !== ground && index !== ink)[random.whole(0, 2)] ?? 0;
      const [x, y] = [column * size, row * size];
      parts.push(rectangle(x - 0.5, y - 0.5, size + 1, size + 1, grounds[ground] ?? colors.pale));
      parts.push(
        random.pick(tiles)(
          x,
          y,
          size,
          grounds[ink] ?? colors.dark,
          grounds[second] ?? colors.accent,
          random.whole(0, 3),
        ),
      );
    }
    used.push(line);
  }
  parts.push(centrepiece(size, random.whole(0, count - 2), random.whole(0, count - 2), { colors, random }));
  return parts.join("");
}

function centrepiece(size: number, column: number, row: number, { colors, random }: SceneTools): string {
  const [x, y, whole] = [column * size, row * size, size * 2];
  const center = { x: x + size, y: y + size };
  const [light, ink] = random.chance(0.5) ? [colors.pale, colors.dark] : [colors.dark, colors.pale];
  return (
    rectangle(x, y, whole, whole, light) +
    [0.92, 0.7, 0.48, 0.26]
      .map((scale, index) => circle(center, size * scale, [ink, colors.accent, light, ink][index] ?? ink))
      .join("") +
    `<path d="M${round(x)} ${round(y + size)}H${round(x + whole)}V${round(y + whole)}H${round(x)}Z" fill="${ink}" fill-opacity=".16"/>`
  );
}

export const mosaic: Scene = {
  name: "mosaic",
  shows: "a quilt of circles, leaves and stripes",
  subjects: [
    "math-",
    "music-",
    "language",
    "grammar",
    "design-",
    "code",
    "coding",
    "program-",
    "algorithm-",
    "statistic-",
    "logic",
    "geometr-",
    "algebra-",
    "printing",
    "printer",
    "press",
    "art",
    "arts",
    "artist-",
    "writing",
    "data",
    "artificial",
    "typograph-",
    "calculus",
    "number",
  ],
  draw: drawMosaic,
};
