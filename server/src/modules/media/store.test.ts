import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMediaStore, type MediaStore } from "./store.ts";

const bytes = new Uint8Array(Buffer.alloc(700_000, "0123456789"));
const sha256 = createHash("sha256").update(bytes).digest("hex");

let home: string;
let store: MediaStore;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "media-test-"));
  store = createMediaStore(home);
});

afterEach(() => rmSync(home, { recursive: true }));

function files(): string[] {
  return readdirSync(join(home, "media"), { recursive: true, encoding: "utf8" }).sort();
}

describe("media store", () => {
  it("names files by their content and leaves nothing else behind", async () => {
    const file = await store.write(bytes, "audio/mpeg");
    const folder = sha256.slice(0, 2);
    expect(file).toEqual({ sha256, mime: "audio/mpeg", bytes: bytes.length });
    expect(files()).toEqual([folder, join(folder, `${sha256}.mp3`)]);
  });

  it("does not write bytes that are there already", async () => {
    await store.write(bytes, "audio/mpeg");
    const path = join(home, "media", files()[1]!);
    const before = statSync(path);
    await store.write(bytes, "audio/mpeg");
    expect(statSync(path).ino).toBe(before.ino);
  });

  it("keeps one whole file when the same bytes are written at the same time", async () => {
    const written = await Promise.all(Array.from({ length: 8 }, () => store.write(bytes, "image/png")));
    expect(new Set(written.map((file) => file.sha256)).size).toBe(1);
    expect(files()).toHaveLength(2);
    await expect(store.requireWhole(written[0]!)).resolves.toBeUndefined();
  });

  it("replaces a file that is shorter than it should be", async () => {
    const file = await store.write(bytes, "image/png");
    truncateSync(join(home, "media", files()[1]!), 100);
    await expect(store.requireWhole(file)).rejects.toMatchObject({ code: "media_file_missing" });
    await store.write(bytes, "image/png");
    await expect(store.requireWhole(file)).resolves.toBeUndefined();
  });

  it("says when a file is gone", async () => {
    const file = { sha256: "0".repeat(64), mime: "image/png", bytes: 5 } as const;
    await expect(store.requireWhole(file)).rejects.toMatchObject({ code: "media_file_missing" });
  });

  it("reads the whole file and any range of it", async () => {
    const file = await store.write(bytes, "audio/wav");
    const whole = new Uint8Array(await new Response(store.read(file)).arrayBuffer());
    expect(Buffer.compare(whole, bytes)).toBe(0);
    expect(await new Response(store.read(file, { start: 5, end: 14 })).text()).toBe("5678901234");
    const crossing = await new Response(store.read(file, { start: 100, end: 600_099 })).arrayBuffer();
    expect(Buffer.compare(new Uint8Array(crossing), bytes.subarray(100, 600_100))).toBe(0);
  });

  it.runIf(existsSync("/proc/self/fd"))("closes the file when the reader goes away", async () => {
    const file = await store.write(bytes, "audio/wav");
    const open = () => readdirSync("/proc/self/fd").length;
    const before = open();
    const reader = store.read(file).getReader();
    await reader.read();
    expect(open()).toBe(before + 1);
    await reader.cancel();
    expect(open()).toBe(before);
  });
});
