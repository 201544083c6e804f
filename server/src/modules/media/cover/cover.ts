import { renderAsync } from "@resvg/resvg-js";
import { createCoverColors } from "./colors.ts";
import { arches } from "./scenes/arches.ts";
import { botanical } from "./scenes/botanical.ts";
import { city } from "./scenes/city.ts";
import { dunes, mountainLake, sunriseHills } from "./scenes/landscapes.ts";
import { mosaic } from "./scenes/mosaic.ts";
import { orbits } from "./scenes/orbits.ts";
import type { Scene } from "./scenes/scene.ts";
import { waves } from "./scenes/waves.ts";
import { createSeededRandom } from "./seeded-random.ts";
import { rectangle, side } from "./shapes.ts";

export interface CoverInput {
  readonly title: string;
  readonly description: string;
  /** 2 to 8 colours `#rrggbb`, in any order; null lets the title choose one of the built-in palettes. */
  readonly palette: readonly string[] | null;
}

/** A drawn cover: PNG, 1,024 × 1,024 pixels, without any text in it. */
export interface Cover {
  readonly bytes: Uint8Array;
  readonly mime: "image/png";
  readonly width: number;
  readonly height: number;
  /** The drawing itself; only from our own generator, never from input. */
  readonly svg: string;
  /** Which composition was drawn, such as `mountain_lake`. */
  readonly composition: string;
  /** Says what is to be seen and that no image model made it. */
  readonly alt_text: string;
  /** The colours in use, lightest first. */
  readonly palette: readonly string[];
}

const scenes: readonly [Scene, ...Scene[]] = [
  sunriseHills,
  mountainLake,
  waves,
  arches,
  orbits,
  mosaic,
  botanical,
  city,
  dunes,
];

/** Lightest first; chosen by eye so that each scene works with each of them. */
const builtInPalettes: readonly [readonly string[], ...(readonly string[])[]] = [
  ["#f6e6b8", "#e2b95b", "#b4543f", "#8f3b2e", "#1f3a5f"],
  ["#f4ead2", "#f2b880", "#5fa8a0", "#2f6f7e", "#173a4e"],
  ["#fbe3c8", "#f49d6e", "#c8577a", "#6b3f78", "#2a2550"],
  ["#f5efcf", "#f0c75e", "#8fb35a", "#3f7a54", "#1d3f3a"],
  ["#eef4f4", "#b9d6de", "#6ea3bf", "#3c6a94", "#1b3358"],
  ["#f7e7d6", "#e9b48a", "#c9714f", "#7d4a4a", "#2f2a3c"],
  ["#f6e3e4", "#e8a5a0", "#b4648a", "#6d3f72", "#2b2145"],
  ["#fdf3cf", "#f7c948", "#ef8354", "#3f8f8b", "#23425f"],
  ["#f1efd9", "#d9c27a", "#7f9f62", "#3d6b53", "#16332f"],
  ["#f3ead9", "#e7b65c", "#5b7fa6", "#34507c", "#182747"],
];

/**
 * Draws a cover. The same input always gives the same bytes: words of the title and description choose a fitting
 * composition, their hash chooses everything else.
 * @throws AppError `cover_palette_invalid`
 * @throws the signal's reason when aborted
 */
export async function drawCover(input: CoverInput, signal?: AbortSignal): Promise<Cover> {
  const random = createSeededRandom(`${input.title}\n${input.description}`);
  const builtIn = random.pick(builtInPalettes);
  const colors = createCoverColors(input.palette ?? builtIn);
  const fitting = fittingScenes(input);
  const scene = random.pick(fitting);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 ${side} ${side}">` +
    `${rectangle(0, 0, side, side, colors.shade(0.5))}${scene.draw({ colors, random })}</svg>`;
  signal?.throwIfAborted();
  const image = await renderAsync(svg, { font: { loadSystemFonts: false } });
  signal?.throwIfAborted();
  return {
    bytes: new Uint8Array(image.asPng()),
    mime: "image/png",
    width: image.width,
    height: image.height,
    svg,
    composition: scene.name,
    alt_text: `An abstract picture of ${scene.shows}, drawn by a pattern generator for "${input.title}".`,
    palette: colors.palette,
  };
}

/** The scenes with the most subject words; all of them when no word fits. A word in the title counts three. */
function fittingScenes({ title, description }: CoverInput): readonly [Scene, ...Scene[]] {
  const words = (text: string) => text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const titleWords = words(title);
  const descriptionWords = words(description);
  const scores = scenes.map((scene) => {
    const hits = (list: readonly string[]) =>
      list.filter((word) => scene.subjects.some((subject) => namesSubject(word, subject))).length;
    return hits(titleWords) * 3 + hits(descriptionWords);
  });
  const best = Math.max(...scores);
  const [first, ...others] = scenes.filter((_, index) => best > 0 && scores[index] === best);
  return first === undefined ? scenes : [first, ...others];
}

function namesSubject(word: string, subject: string): boolean {
  if (subject.endsWith("-")) return word.startsWith(subject.slice(0, -1));
  return word === subject || word === `${subject}s`;
}
