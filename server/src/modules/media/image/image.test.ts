import { Resvg } from "@resvg/resvg-js";
import { describe, expect, it } from "vitest";
import { pngOfClaimedSize } from "../../../../test/builders/png.ts";
import { maxImageBytes, probeImage } from "./image.ts";

function square(side: number): Uint8Array {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><circle r="9"/></svg>`;
  return new Resvg(svg).render().asPng();
}

function jpegOfSize(width: number, height: number): Buffer {
  const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  const scan = Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x12, 0xff, 0x00, 0x34, 0xff, 0xd9]);
  return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0]), frame, scan]);
}

function webp(kind: string, body: readonly number[]): Buffer {
  const padded = Buffer.alloc(Math.max(12, body.length));
  padded.set(body);
  const file = Buffer.concat([Buffer.from(`RIFF\0\0\0\0WEBP${kind}\0\0\0\0`, "latin1"), padded]);
  file.writeUInt32LE(file.length - 8, 4);
  file.writeUInt32LE(padded.length, 16);
  return file;
}

describe("probeImage", () => {
  it("reads the size of a PNG", () => {
    expect(probeImage(square(40))).toEqual({ mime: "image/png", width: 40, height: 40 });
  });

  it("reads the size of a JPEG", () => {
    expect(probeImage(jpegOfSize(640, 480))).toEqual({ mime: "image/jpeg", width: 640, height: 480 });
  });

  it.each([
    ["lossy", "VP8 ", [0, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00]],
    ["lossless", "VP8L", [0x2f, 0x3f, 0xc1, 0x3b, 0x00]],
    ["extended", "VP8X", [0, 0, 0, 0, 0x3f, 0x01, 0, 0xef, 0, 0]],
  ])("reads the size of a %s WebP", (_name, kind, body) => {
    expect(probeImage(webp(kind, body))).toEqual({ mime: "image/webp", width: 320, height: 240 });
  });

  it.each([
    ["no bytes", Buffer.alloc(0)],
    ["an HTML error page", Buffer.from("<!doctype html><html><body>502 Bad Gateway</body></html>")],
    ["an SVG", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
    ["the PNG signature alone", square(40).subarray(0, 8)],
    ["a PNG without its last byte", square(40).subarray(0, -1)],
    ["a JPEG without its end marker", jpegOfSize(64, 64).subarray(0, -2)],
    ["a JPEG cut inside its header", jpegOfSize(64, 64).subarray(0, 14)],
    ["a WebP cut in the middle", webp("VP8X", [0, 0, 0, 0, 9, 0, 0, 9, 0, 0, 1, 2, 3, 4]).subarray(0, -3)],
    ["a file over the byte limit", Buffer.alloc(maxImageBytes + 1)],
    ["a PNG that is wider than the limit", pngOfClaimedSize(8_193, 10)],
    ["a PNG without width", pngOfClaimedSize(0, 10)],
  ])("refuses %s", (_name, bytes) => {
    expect(() => probeImage(bytes)).toThrow(expect.objectContaining({ code: "media_invalid" }));
  });

  it("accepts a PNG at the pixel limit", () => {
    expect(probeImage(pngOfClaimedSize(8_192, 8_192)).width).toBe(8_192);
  });

  it("refuses a PNG with one changed pixel byte", () => {
    const png = Buffer.from(square(40));
    const at = png.indexOf("IDAT") + 8;
    png[at] = (png[at] ?? 0) ^ 0xff;
    expect(() => probeImage(png)).toThrow(/damaged/);
  });

  it("refuses every truncation of a PNG", () => {
    const png = square(24);
    const accepted = Array.from({ length: png.length }, (_, length) => png.subarray(0, length)).filter(
      (cut) => {
        try {
          probeImage(cut);
          return true;
        } catch {
          return false;
        }
      },
    );
    expect(accepted).toEqual([]);
  });
});
