import { inflateSync } from "node:zlib";
import { Resvg } from "@resvg/resvg-js";
import { describe, expect, it } from "vitest";
import { probeImage } from "../image/image.ts";
import { type CoverInput, drawCover } from "./cover.ts";

const tides: CoverInput = {
  title: "How tides work",
  description: "The moon, the sun and the water of the oceans.",
  palette: ["#f4ead2", "#f2b880", "#5fa8a0", "#2f6f7e", "#173a4e"],
};

function titled(title: string): CoverInput {
  return { title, description: "", palette: null };
}

/** The pixel bytes of a PNG, still with one filter byte a row. */
function inflatedPixels(png: Uint8Array): Buffer {
  const file = Buffer.from(png);
  const parts: Buffer[] = [];
  for (let offset = 8; offset < file.length; ) {
    const length = file.readUInt32BE(offset);
    if (file.toString("latin1", offset + 4, offset + 8) === "IDAT") {
      parts.push(file.subarray(offset + 8, offset + 8 + length));
    }
    offset += 12 + length;
  }
  return inflateSync(Buffer.concat(parts));
}

function leastOpaque(svg: string): number {
  return new Resvg(svg)
    .render()
    .pixels.reduce((least, value, at) => (at % 4 === 3 ? Math.min(least, value) : least), 255);
}

describe("drawCover", () => {
  it("draws a PNG of 1,024 × 1,024 pixels that decodes to its last row", async () => {
    const cover = await drawCover(tides);
    expect(probeImage(cover.bytes)).toEqual({ mime: "image/png", width: 1_024, height: 1_024 });
    expect(inflatedPixels(cover.bytes).length).toBe(1_024 * (1 + 1_024 * 4));
    expect(cover).toMatchObject({ mime: "image/png", width: 1_024, height: 1_024 });
  });

  it("gives the same bytes for the same input and others for another title", async () => {
    const [first, again, other] = await Promise.all([
      drawCover(tides),
      drawCover({ ...tides }),
      drawCover({ ...tides, title: "How tides work, part two" }),
    ]);
    expect(Buffer.compare(first.bytes, again.bytes)).toBe(0);
    expect(Buffer.compare(first.bytes, other.bytes)).not.toBe(0);
  });

  it("uses at least six compositions for titles that name no subject", async () => {
    const titles = Array.from({ length: 40 }, (_, index) => titled(`Topic ${index}`));
    const covers = await Promise.all(titles.map((input) => drawCover(input)));
    expect(new Set(covers.map(({ composition }) => composition)).size).toBeGreaterThanOrEqual(6);
  });

  it.each([
    ["The oceans and their tides", "waves"],
    ["The Byzantine empire", "arches"],
    ["Planets and stars", "orbits"],
    ["Why glaciers move", "mountain_lake"],
    ["How plants make sugar", "botanical"],
    ["Linear algebra", "mosaic"],
    ["Money and banks", "city"],
    ["Life in the desert", "dunes"],
    ["Reading the weather", "sunrise_hills"],
    ["How tides work", "waves"],
    ["The printing press", "mosaic"],
    ["How bread rises", "botanical"],
  ])("draws a fitting composition without holes for %j", async (title, composition) => {
    const cover = await drawCover(titled(title));
    expect(cover.composition).toBe(composition);
    expect(leastOpaque(cover.svg)).toBe(255);
  });

  it("paints with the given palette, in whatever order it comes", async () => {
    const cover = await drawCover({ ...tides, palette: [...(tides.palette ?? [])].reverse() });
    expect(cover.palette).toEqual(["#f4ead2", "#f2b880", "#5fa8a0", "#2f6f7e", "#173a4e"]);
    expect(cover.svg).toContain("#f4ead2");
  });

  it("adds light and dark to a palette that has neither", async () => {
    const { palette } = await drawCover({ ...tides, palette: ["#7a7f86", "#808080"] });
    const [light, dark] = palette.map((color) => Number.parseInt(color.slice(1, 3), 16));
    expect(light).toBeGreaterThan(200);
    expect(dark).toBeLessThan(70);
  });

  it.each([[["#fff"]], [["red", "#123456"]], [['#123456"/><script>', "#123456"]], [[]]])(
    "refuses the palette %j",
    async (palette) => {
      await expect(drawCover({ ...tides, palette })).rejects.toMatchObject({ code: "cover_palette_invalid" });
    },
  );

  it("draws no text and lets none of the title into the drawing", async () => {
    const cover = await drawCover(titled("</svg><script>alert(1)</script>"));
    expect(cover.svg).not.toMatch(/script|<text/);
    expect(cover.svg.match(/<\/svg>/g)).toHaveLength(1);
  });

  it("stops when the signal is aborted", async () => {
    await expect(drawCover(tides, AbortSignal.abort(new Error("not wanted")))).rejects.toThrow("not wanted");
  });
});
