import { mediaErrors } from "../errors.ts";

const startOfScan = 0xda;
const endOfImage = 0xd9;

function invalid(reason: string) {
  return mediaErrors.create("media_invalid", `This is not a whole JPEG picture: ${reason}.`);
}

/** SOF0 to SOF15 hold the size; C4, C8 and CC are tables that share the range. */
function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function isWithoutBody(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

/** Walks the segments up to the pixels for the size, then looks for the end marker behind them. */
export function readJpegSize(bytes: Uint8Array): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let size: { width: number; height: number } | null = null;
  for (let offset = 2; offset + 4 <= bytes.length; ) {
    if (bytes[offset] !== 0xff) throw invalid(`byte ${offset} does not begin a segment`);
    const marker = view.getUint8(offset + 1);
    if (marker === 0xff || isWithoutBody(marker)) {
      offset += marker === 0xff ? 1 : 2;
      continue;
    }
    const length = view.getUint16(offset + 2);
    const end = offset + 2 + length;
    if (length < 2 || end > bytes.length) throw invalid("it was cut off");
    if (isStartOfFrame(marker)) {
      if (length < 8) throw invalid("its frame header is damaged");
      size = { height: view.getUint16(offset + 5), width: view.getUint16(offset + 7) };
    }
    if (marker === startOfScan) {
      if (size === null) throw invalid("its size is missing");
      if (!hasEndMarker(bytes, end)) throw invalid("it was cut off");
      return size;
    }
    offset = end;
  }
  throw invalid("it holds no pixels");
}

/** Inside the pixels FF is always followed by 00 or a restart marker, so the first FF D9 is the end. */
function hasEndMarker(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === endOfImage) return true;
  }
  return false;
}
