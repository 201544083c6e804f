import { mediaErrors } from "../errors.ts";

/** The colours of one cover, made from a palette. All values are `#rrggbb`. */
export interface CoverColors {
  /** The palette, lightest first. */
  readonly palette: readonly string[];
  /** Walks from the lightest (0) to the darkest (1) colour of the palette. */
  shade(amount: number): string;
  /** Mixes two colours evenly for the eye (OKLab); 0 gives the first. */
  mix(first: string, second: string, amount: number): string;
  readonly pale: string;
  readonly dark: string;
  /** The most colourful one. */
  readonly accent: string;
}

interface OkLab {
  readonly lightness: number;
  readonly a: number;
  readonly b: number;
}

const minPaletteColors = 2;
const maxPaletteColors = 8;
/** A palette without light and dark would give a flat picture, so its ends are moved at least this far out. */
const lightestAtLeast = 0.9;
const darkestAtMost = 0.35;

/**
 * Orders a palette by lightness and stretches it where it has no light or no dark end.
 * @throws AppError `cover_palette_invalid` unless it holds 2 to 8 colours written `#rrggbb`
 */
export function createCoverColors(palette: readonly string[]): CoverColors {
  const valid =
    palette.length >= minPaletteColors &&
    palette.length <= maxPaletteColors &&
    palette.every((color) => /^#[0-9a-f]{6}$/i.test(color));
  if (!valid) {
    throw mediaErrors.create("cover_palette_invalid", "A palette holds 2 to 8 colours written like #1f3a5f.");
  }
  const sorted = palette.map(toOkLab).sort((first, second) => second.lightness - first.lightness);
  const stops = sorted.map((color, index) => {
    if (index === 0) return withLightness(color, Math.max(color.lightness, lightestAtLeast));
    if (index === sorted.length - 1) return withLightness(color, Math.min(color.lightness, darkestAtMost));
    return color;
  });
  const shade = (amount: number) => toHex(walk(stops, amount));
  const accent = stops.reduce((best, color) => (chroma(color) > chroma(best) ? color : best));
  return {
    palette: stops.map(toHex),
    shade,
    mix: (first, second, amount) => toHex(blend(toOkLab(first), toOkLab(second), amount)),
    pale: shade(0),
    dark: shade(1),
    accent: toHex(accent),
  };
}

function walk(stops: readonly OkLab[], amount: number): OkLab {
  const place = Math.min(1, Math.max(0, amount)) * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(place));
  const from = stops[index];
  const to = stops[index + 1];
  if (from === undefined || to === undefined) throw new RangeError("a palette has at least two colours");
  return blend(from, to, place - index);
}

function blend(first: OkLab, second: OkLab, amount: number): OkLab {
  const between = (from: number, to: number) => from + (to - from) * amount;
  return {
    lightness: between(first.lightness, second.lightness),
    a: between(first.a, second.a),
    b: between(first.b, second.b),
  };
}

/** Near white and near black have little room for colour, so chroma shrinks with the move. */
function withLightness(color: OkLab, lightness: number): OkLab {
  const scale = 1 - Math.min(0.7, Math.abs(lightness - color.lightness) * 1.4);
  return { lightness, a: color.a * scale, b: color.b * scale };
}

function chroma(color: OkLab): number {
  return Math.hypot(color.a, color.b);
}

// Conversion matrices: Björn Ottosson, "A perceptual color space for image processing", 2020.
function toOkLab(hex: string): OkLab {
  const [red, green, blue] = [1, 3, 5].map((start) =>
    linear(Number.parseInt(hex.slice(start, start + 2), 16) / 255),
  );
  const r = red ?? 0;
  const g = green ?? 0;
  const b = blue ?? 0;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return {
    lightness: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    a: 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    b: 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  };
}

function toHex({ lightness, a, b }: OkLab): string {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${channels.map((channel) => byte(channel).toString(16).padStart(2, "0")).join("")}`;
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

function byte(channel: number): number {
  const clamped = Math.min(1, Math.max(0, channel));
  const encoded = clamped <= 0.0031308 ? clamped * 12.92 : 1.055 * clamped ** (1 / 2.4) - 0.055;
  return Math.round(encoded * 255);
}
