import type { SeededRandom } from "./seeded-random.ts";

/** Side of the square drawing. */
export const side = 1_024;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function path(data: string, fill: string, opacity = 1): string {
  return `<path d="${data}" fill="${fill}"${opacity < 1 ? ` fill-opacity="${round(opacity * 10) / 10}"` : ""}/>`;
}

export function stroke(data: string, color: string, width: number, opacity = 1): string {
  const fade = opacity < 1 ? ` stroke-opacity="${opacity}"` : "";
  return `<path d="${data}" fill="none" stroke="${color}" stroke-width="${round(width)}" stroke-linecap="round"${fade}/>`;
}

export function circle(center: Point, radius: number, fill: string, opacity = 1): string {
  const fade = opacity < 1 ? ` fill-opacity="${opacity}"` : "";
  return `<circle cx="${round(center.x)}" cy="${round(center.y)}" r="${round(radius)}" fill="${fill}"${fade}/>`;
}

export function rectangle(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${fill}"/>`;
}

/** A sky or ground that fades from one colour at the top to another at the bottom. */
export function verticalFade(id: string, top: string, bottom: string, y = 0, height = side): string {
  return (
    `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${top}"/>` +
    `<stop offset="1" stop-color="${bottom}"/></linearGradient>${rectangle(0, y, side, height, `url(#${id})`)}`
  );
}

/** A sun with a soft halo of rings. */
export function sun(center: Point, radius: number, fill: string): string {
  return [2.1, 1.65, 1.28]
    .map((scale, index) => circle(center, radius * scale, fill, 0.14 + index * 0.08))
    .concat(circle(center, radius, fill))
    .join("");
}

/** Rays of equal angle around a point, reaching beyond the picture. */
export function rays(center: Point, count: number, fill: string, opacity: number, turn = 0): string {
  const reach = side * 1.6;
  const step = (Math.PI * 2) / count;
  const at = (angle: number) =>
    `${round(center.x + Math.cos(angle) * reach)} ${round(center.y + Math.sin(angle) * reach)}`;
  const wedges = Array.from({ length: count }, (_, index) => {
    const angle = turn + index * step;
    return `M${round(center.x)} ${round(center.y)}L${at(angle)} ${at(angle + step / 2)}Z`;
  });
  return path(wedges.join(""), fill, opacity);
}

/** A smooth line through points (Catmull-Rom written as cubic curves), without the first move. */
function curveThrough(points: readonly Point[]): string {
  const at = (index: number): Point =>
    points[Math.min(points.length - 1, Math.max(0, index))] ?? { x: 0, y: 0 };
  return points
    .slice(1)
    .map((end, index) => {
      const [before, start, after] = [at(index - 1), at(index), at(index + 2)];
      const first = { x: start.x + (end.x - before.x) / 6, y: start.y + (end.y - before.y) / 6 };
      const second = { x: end.x - (after.x - start.x) / 6, y: end.y - (after.y - start.y) / 6 };
      return `C${[first, second, end].map((point) => `${round(point.x)} ${round(point.y)}`).join(" ")}`;
    })
    .join("");
}

/** The land below a line that swings around `y`; `swells` is the number of crests across the picture. */
export function rollingLine(y: number, height: number, swells: number, random: SeededRandom): Point[] {
  const count = swells * 2 + 2;
  const rising = random.chance(0.5) ? 1 : -1;
  return Array.from({ length: count + 1 }, (_, index) => ({
    x: -80 + ((side + 160) * index) / count + random.between(-18, 18),
    y: y + (index % 2 === 0 ? rising : -rising) * height * random.between(0.45, 1),
  }));
}

export function landBelow(line: readonly Point[], fill: string, opacity = 1): string {
  const first = line[0] ?? { x: 0, y: 0 };
  const start = `M${round(first.x)} ${side + 20}L${round(first.x)} ${round(first.y)}`;
  const last = line.at(-1) ?? first;
  return path(`${start}${curveThrough(line)}L${round(last.x)} ${side + 20}Z`, fill, opacity);
}

/** The height of a rolling line above a place; good enough to stand a tree on. */
export function heightAt(line: readonly Point[], x: number): number {
  const next = line.findIndex((point) => point.x >= x);
  const [from, to] = [line[Math.max(0, next - 1)], line[next]];
  if (from === undefined || to === undefined || from === to) return to?.y ?? side;
  const share = (x - from.x) / (to.x - from.x);
  const eased = (1 - Math.cos(share * Math.PI)) / 2;
  return from.y + (to.y - from.y) * eased;
}

export function polygon(points: readonly Point[], fill: string, opacity = 1): string {
  return path(`M${points.map((point) => `${round(point.x)} ${round(point.y)}`).join("L")}Z`, fill, opacity);
}

/** A fir of three tiers, its right half in shadow. */
export function fir(foot: Point, height: number, light: string, shadow: string): string {
  const tier = (top: number, bottom: number, half: number, half2: number) =>
    polygon(
      [
        { x: foot.x, y: top },
        { x: foot.x + half2, y: bottom },
        { x: foot.x - half, y: bottom },
      ],
      half === 0 ? shadow : light,
    );
  const tiers = [0, 1, 2].map((index) => {
    const top = foot.y - height * (1 - index * 0.24);
    const bottom = foot.y - height * (0.56 - index * 0.24) * 0.95;
    const half = height * (0.13 + index * 0.055);
    return tier(top, bottom, half, half) + tier(top, bottom, 0, half);
  });
  return (
    rectangle(foot.x - height * 0.02, foot.y - height * 0.12, height * 0.04, height * 0.14, shadow) +
    tiers.join("")
  );
}

/** A cloud of flat bars with round ends. */
export function cloud(center: Point, width: number, fill: string, opacity: number): string {
  const bar = (dx: number, dy: number, length: number) =>
    stroke(
      `M${round(center.x + dx - length / 2)} ${round(center.y + dy)}h${round(length)}`,
      fill,
      width * 0.11,
      opacity,
    );
  return (
    bar(0, 0, width) +
    bar(width * 0.12, -width * 0.11, width * 0.52) +
    bar(-width * 0.16, width * 0.11, width * 0.5)
  );
}

/** A distant bird in flight. */
export function bird(at: Point, span: number, color: string): string {
  const half = span / 2;
  return stroke(
    `M${round(at.x - half)} ${round(at.y - half * 0.3)}Q${round(at.x - half * 0.45)} ${round(at.y - half * 0.62)} ${round(at.x)} ${round(at.y)}` +
      `Q${round(at.x + half * 0.45)} ${round(at.y - half * 0.62)} ${round(at.x + half)} ${round(at.y - half * 0.3)}`,
    color,
    Math.max(3, span * 0.07),
  );
}
