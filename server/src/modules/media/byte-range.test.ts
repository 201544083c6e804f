import { describe, expect, it } from "vitest";
import { parseByteRange } from "./byte-range.ts";

describe("parseByteRange", () => {
  it.each([
    ["bytes=0-0", { start: 0, end: 0 }],
    ["bytes=10-19", { start: 10, end: 19 }],
    ["bytes=90-", { start: 90, end: 99 }],
    ["bytes=90-500", { start: 90, end: 99 }],
    ["bytes=-10", { start: 90, end: 99 }],
    ["bytes=-500", { start: 0, end: 99 }],
  ])("reads %s of a file of 100 bytes", (header, range) => {
    expect(parseByteRange(header, 100)).toEqual(range);
  });

  it.each(["bytes=100-", "bytes=100-200", "bytes=-0"])("finds nothing at %s", (header) => {
    expect(parseByteRange(header, 100)).toBe("unsatisfiable");
  });

  it.each([undefined, "", "bytes=-", "bytes=5-2", "bytes=0-1,5-6", "lines=0-5", "bytes=a-b"])(
    "ignores %j",
    (header) => {
      expect(parseByteRange(header, 100)).toBeNull();
    },
  );
});
