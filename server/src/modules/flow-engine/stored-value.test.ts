import { expect, test } from "vitest";
import { decodeStored, encodeStored } from "./stored-value.ts";

test("a short text is stored as it is", () => {
  expect(encodeStored('{"a":1}')).toEqual({ content: '{"a":1}', content_zstd: null, characters: 7 });
});

test("a text over 8 KB is compressed and comes back the same", () => {
  const value = { text: "Grüße ".repeat(3_000) };
  const stored = encodeStored(JSON.stringify(value));
  expect(stored.content).toBeNull();
  expect(stored.content_zstd?.length).toBeLessThan(1_000);
  expect(decodeStored(null, stored.content_zstd)).toEqual(value);
});
