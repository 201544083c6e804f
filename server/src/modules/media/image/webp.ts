import { mediaErrors } from "../errors.ts";

function invalid(reason: string) {
  return mediaErrors.create("media_invalid", `This is not a whole WebP picture: ${reason}.`);
}

function uint24(view: DataView, offset: number): number {
  return view.getUint16(offset, true) + view.getUint8(offset + 2) * 65_536;
}

/** Checks the container's length and reads the size from its first part (RFC 9649, lossy, lossless, extended). */
export function readWebpSize(bytes: Uint8Array): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 30 || view.getUint32(4, true) + 8 > bytes.length) throw invalid("it was cut off");
  if (view.getUint32(16, true) + 20 > bytes.length) throw invalid("its first part was cut off");
  const kind = String.fromCharCode(...bytes.subarray(12, 16));
  if (kind === "VP8X") return { width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 };
  if (kind === "VP8L") {
    if (view.getUint8(20) !== 0x2f) throw invalid("its lossless header is damaged");
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (kind === "VP8 ") {
    if (uint24(view, 23) !== 0x2a019d) throw invalid("its lossy header is damaged");
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  }
  throw invalid("its first part is of an unknown kind");
}
