import { crc32 } from "node:zlib";
import { mediaErrors } from "../errors.ts";

const signatureBytes = 8;

function invalid(reason: string) {
  return mediaErrors.create("media_invalid", `This is not a whole PNG picture: ${reason}.`);
}

/** Walks all chunks to IEND, checks each checksum, and reads the size from IHDR. */
export function readPngSize(bytes: Uint8Array): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let size: { width: number; height: number } | null = null;
  let hasPixels = false;
  for (let offset = signatureBytes; ; ) {
    if (offset + 12 > bytes.length) throw invalid("it was cut off");
    const length = view.getUint32(offset);
    const end = offset + 12 + length;
    if (end > bytes.length) throw invalid("it was cut off");
    if (crc32(bytes.subarray(offset + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw invalid(`its part at byte ${offset} is damaged`);
    }
    const name = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    if (size === null) {
      if (name !== "IHDR" || length !== 13) throw invalid("its header is missing");
      size = { width: view.getUint32(offset + 8), height: view.getUint32(offset + 12) };
    }
    hasPixels ||= name === "IDAT" && length > 0;
    if (name === "IEND") {
      if (!hasPixels) throw invalid("it holds no pixels");
      return size;
    }
    offset = end;
  }
}
