import { mediaErrors } from "../errors.ts";
import { readJpegSize } from "./jpeg.ts";
import { readPngSize } from "./png.ts";
import { readWebpSize } from "./webp.ts";

/** Largest side of a picture that is accepted, in pixels. */
const maxImagePixels = 8_192;
/** Largest picture file that is accepted: 20 MB. */
export const maxImageBytes = 20 * 1024 * 1024;

/** Width and height in pixels. */
interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** What bytes turned out to be, whatever their sender called them. */
export interface ImageFacts extends PixelSize {
  readonly mime: "image/png" | "image/jpeg" | "image/webp";
}

/**
 * Proves that bytes are a whole PNG, JPEG or WebP picture and reads its size. Pixels are not decoded, so a huge
 * picture costs nothing.
 * @throws AppError `media_invalid` for anything else: empty, HTML, SVG, damaged, cut off, over 20 MB or 8,192 px
 */
export function probeImage(bytes: Uint8Array): ImageFacts {
  if (bytes.length === 0) throw mediaErrors.create("media_invalid", "The picture is empty: 0 bytes.");
  if (bytes.length > maxImageBytes) {
    throw mediaErrors.create(
      "media_invalid",
      `The picture has ${bytes.length} bytes; ${maxImageBytes} is the limit.`,
    );
  }
  const facts = readFacts(bytes);
  if (facts.width < 1 || facts.height < 1 || Math.max(facts.width, facts.height) > maxImagePixels) {
    throw mediaErrors.create(
      "media_invalid",
      `The picture has ${facts.width} × ${facts.height} pixels; each side must be 1 to ${maxImagePixels}.`,
    );
  }
  return facts;
}

function readFacts(bytes: Uint8Array): ImageFacts {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return { mime: "image/png", ...readPngSize(bytes) };
  if (start.startsWith("\xff\xd8\xff")) return { mime: "image/jpeg", ...readJpegSize(bytes) };
  if (start.startsWith("RIFF") && start.endsWith("WEBP")) {
    return { mime: "image/webp", ...readWebpSize(bytes) };
  }
  throw mediaErrors.create("media_invalid", "These bytes are no PNG, JPEG or WebP picture.");
}
