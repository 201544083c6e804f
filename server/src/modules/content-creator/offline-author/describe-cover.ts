import type { CoverDescription } from "./model.ts";
import { seededRandom, seedFrom } from "./seeded-random.ts";
import { joinWords } from "./wording.ts";

const MOTIFS = [
  "overlapping circles",
  "parallel waves",
  "a field of triangles",
  "nested arcs",
  "slanted bands",
];
const SCHEMES = [0, 30, 150, 180, 210];

function channel(value: number): string {
  return Math.round(Math.min(1, Math.max(0, value)) * 255)
    .toString(16)
    .padStart(2, "0");
}

/** `#rrggbb` of a hue in degrees with saturation and lightness from 0 to 1 (CSS Color 4, hslToRgb). */
function hslToHex(hue: number, saturation: number, lightness: number): string {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const at = (offset: number) => {
    const position = (offset + hue / 30) % 12;
    return lightness - reach * Math.max(-1, Math.min(position - 3, 9 - position, 1));
  };
  return `#${channel(at(0))}${channel(at(8))}${channel(at(4))}`;
}

/** Describes a generated pattern for a unit's cover. The same title always gives the same colours and motif. */
export function describeCover(input: {
  title: string;
  description: string;
  keywords: string[];
}): CoverDescription {
  const random = seededRandom(seedFrom("cover", input.title));
  const hue = Math.floor(random() * 360);
  const accent = (hue + (SCHEMES[Math.floor(random() * SCHEMES.length)] ?? 180)) % 360;
  const motif = MOTIFS[Math.floor(random() * MOTIFS.length)] ?? "overlapping circles";
  const palette = [
    hslToHex(hue, 0.45, 0.16),
    hslToHex(hue, 0.5, 0.3),
    hslToHex((hue + 20) % 360, 0.45, 0.48),
    hslToHex((hue + 40) % 360, 0.55, 0.78),
    hslToHex(accent, 0.75, 0.6),
  ];
  const keywords = input.keywords.filter((keyword) => keyword.trim() !== "").slice(0, 4);
  const about = keywords.length > 0 ? ` Subject: ${joinWords(keywords)}.` : "";
  return {
    description: `Generated pattern of ${motif} for “${input.title}”, drawn without an image model.${about}`,
    alt_text: `${input.title}: abstract pattern of ${motif}`,
    palette,
  };
}
