import type { CoverColors } from "../colors.ts";
import type { SeededRandom } from "../seeded-random.ts";

/** What a scene draws with. */
export interface SceneTools {
  readonly colors: CoverColors;
  readonly random: SeededRandom;
}

/** One composition: gives the SVG elements of a square of 1,024 units. */
export interface Scene {
  readonly name: string;
  /** What is to be seen, for the alternative text; continues "An abstract picture of …". */
  readonly shows: string;
  /** Lower-case English words that make this scene fit a unit: whole words, plurals too; `astronom-` is a beginning. */
  readonly subjects: readonly string[];
  draw(tools: SceneTools): string;
}
