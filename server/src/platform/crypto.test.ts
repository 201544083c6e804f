import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import fastCheck from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keyVersionOf, openKeyRing, pruneKeyRing, rotateKeyRing } from "./crypto.ts";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "coursewright-keys-"));
  file = path.join(folder, "deep", "keys");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a secret comes back under its own context", () => {
  const ring = openKeyRing(file);
  fastCheck.assert(
    fastCheck.property(fastCheck.string({ unit: "grapheme" }), fastCheck.string(), (secret, context) => {
      const encrypted = ring.encrypt(secret, context);
      expect(openKeyRing(file).decrypt(encrypted, context)).toBe(secret);
    }),
    { numRuns: 50 },
  );
});

test("the same secret never encrypts to the same text", () => {
  const ring = openKeyRing(file);
  expect(ring.encrypt("s", "a")).not.toBe(ring.encrypt("s", "a"));
});

test("a secret is of no use in another place", () => {
  const ring = openKeyRing(file);
  const encrypted = ring.encrypt("s", "connections:1:auth");
  expect(() => ring.decrypt(encrypted, "connections:2:auth")).toThrow("cannot be decrypted");
});

test("a secret with any changed character is refused", () => {
  const ring = openKeyRing(file);
  const encrypted = ring.encrypt("a longer secret", "c");
  for (let index = 0; index < encrypted.length; index += 1) {
    const other = encrypted[index] === "A" ? "g" : "A";
    const changed = encrypted.slice(0, index) + other + encrypted.slice(index + 1);
    expect(() => ring.decrypt(changed, "c"), `character ${index}`).toThrow();
  }
});

test("the key file is readable by its owner only, and refused when others can read it", () => {
  openKeyRing(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  chmodSync(file, 0o640);
  expect(() => openKeyRing(file)).toThrow("chmod 600");
});

test("after a rotation old secrets stay readable and are known to be outdated", () => {
  const old = openKeyRing(file).encrypt("s", "c");
  expect(rotateKeyRing(file)).toBe(2);
  const ring = openKeyRing(file);
  const fresh = ring.encrypt("s", "c");
  expect([ring.decrypt(old, "c"), ring.decrypt(fresh, "c")]).toEqual(["s", "s"]);
  expect([ring.isOutdated(old), ring.isOutdated(fresh)]).toEqual([true, false]);
});

test("a secret of a key that is not in the ring says that the key file is missing a key", () => {
  const first = readFileSync(openedFile(), "utf8");
  rotateKeyRing(file);
  const encrypted = openKeyRing(file).encrypt("s", "c");
  writeFileSync(file, first);
  expect(() => openKeyRing(file).decrypt(encrypted, "c")).toThrow("Key 2 is not in");
});

test.each(["", "{}", '{"current":2,"keys":{"1":"AAAA"}}', "not json"])(
  "a key file with %j is refused",
  (content) => {
    openKeyRing(file);
    writeFileSync(file, content);
    expect(() => openKeyRing(file)).toThrow("is not a key file");
  },
);

function openedFile(): string {
  openKeyRing(file);
  return file;
}

test("a running process finds the key that another one added, for writing and for reading", () => {
  const running = openKeyRing(file);
  const old = running.encrypt("s", "c");
  rotateKeyRing(file);
  const ofAnother = openKeyRing(file).encrypt("t", "c");
  expect(running.decrypt(ofAnother, "c")).toBe("t");
  expect(keyVersionOf(running.encrypt("u", "c"))).toBe(2);
  expect([running.current, running.versions, running.isOutdated(old)]).toEqual([2, [2, 1], true]);
});

test("keys that nothing uses any more are taken out, the current one never", () => {
  openKeyRing(file);
  rotateKeyRing(file);
  rotateKeyRing(file);
  expect(pruneKeyRing(file, new Set([1]))).toEqual([2]);
  expect(pruneKeyRing(file, new Set([1]))).toEqual([]);
  expect(openKeyRing(file).versions).toEqual([3, 1]);
  expect(rotateKeyRing(file)).toBe(4);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("what is derived for a purpose differs by purpose and key, and stays the same", () => {
  const ring = openKeyRing(file);
  rotateKeyRing(file);
  const derived = [ring.derive("a", 1), ring.derive("b", 1), ring.derive("a", 2)].map(String);
  expect(new Set(derived).size).toBe(3);
  expect(String(openKeyRing(file).derive("a", 1))).toBe(derived[0]);
  expect(() => ring.derive("a", 9)).toThrow("Key 9 is not in");
});

test("no error names the secret, its context or a key", () => {
  const ring = openKeyRing(file);
  const encrypted = ring.encrypt("a-very-secret-text", "connections:1:auth");
  const key = JSON.parse(readFileSync(file, "utf8")).keys["1"];
  for (const act of [
    () => ring.decrypt(encrypted, "elsewhere"),
    () => ring.decrypt("a-very-secret-text", "elsewhere"),
  ]) {
    let told: unknown;
    try {
      act();
    } catch (error) {
      told = error;
    }
    const words = `${inspect(told, { depth: 9 })} ${JSON.stringify(told)}`;
    expect(words).toContain("secret_unreadable");
    for (const secret of ["a-very-secret-text", "connections:1:auth", key, encrypted]) {
      expect(words).not.toContain(secret);
    }
  }
});
