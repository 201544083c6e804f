import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signedIn } from "../../../test/builders/test-api.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/database.ts";
import { createErrorMapper } from "../../http/problems.ts";
import { createRouter } from "../../http/router.ts";
import type { Caller } from "../../platform/caller.ts";
import { createSilentLogger } from "../../platform/logger.ts";
import type { Media, StoredMedia } from "./models.ts";
import { createMediaModule } from "./module.ts";
import type { MediaService } from "./service.ts";

const requestId = "0199a3f0-0000-7000-8000-000000000001";

let testDatabase: TestDatabase;
let home: string;
let service: MediaService;
let fetchMedia: (id: string, headers?: Record<string, string>, method?: string) => Promise<Response>;
let cover: Media;
let coverBytes: Uint8Array;
const viewer = signedIn({ id: "v1", name: "Vera", role: "viewer" });
/** Who asks for media. */
let reader: Caller | null = viewer;
const published = new Set<string>();

function record(stored: StoredMedia, made_by_llm_request_id: string | null = null): Promise<Media> {
  return testDatabase.database
    .transaction()
    .execute((transaction) => service.record(transaction, stored, { made_by_llm_request_id, task_id: null }));
}

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  home = await mkdtemp(join(tmpdir(), "media-test-"));
  const media = createMediaModule({
    database: testDatabase.database,
    home,
    logger: createSilentLogger(),
    isPublished: async (id) => published.has(id),
  });
  service = media.service;
  const application = createRouter();
  application.use(async (context, next) => {
    context.set("caller", reader);
    await next();
  });
  application.route("/", media.routes);
  application.onError(createErrorMapper(createSilentLogger()));
  fetchMedia = async (id, headers = {}, method = "GET") =>
    application.request(`/media/${id}`, { headers, method });
  const drawn = await service.drawCover({ title: "Tides", description: "The sea", palette: null });
  coverBytes = drawn.bytes;
  cover = await record(await service.storeImage(coverBytes), requestId);
});

afterAll(async () => {
  await service.close();
  await testDatabase.close();
  await rm(home, { recursive: true });
});

describe("media service", () => {
  it("records a cover with its size and the request that made it", () => {
    expect(cover).toMatchObject({
      kind: "image",
      mime: "image/png",
      bytes: coverBytes.length,
      width: 1_024,
      height: 1_024,
      seconds: null,
      made_by_llm_request_id: requestId,
    });
  });

  it("records speech of several parts with its length", async () => {
    const parts = [await service.synthesizeSpeech("One."), await service.synthesizeSpeech("Two and three.")];
    const media = await record(await service.storeAudio(parts.map(({ bytes }) => bytes)));
    expect(media).toMatchObject({ kind: "audio", mime: "audio/mpeg", width: null, height: null });
    expect(media.seconds).toBeCloseTo(
      parts.reduce((sum, { seconds }) => sum + seconds, 0),
      2,
    );
    expect(await service.getMedia(media.id)).toEqual(media);
  });

  it("gives the same row for the same bytes, with its first maker", async () => {
    expect(await record(await service.storeImage(coverBytes))).toEqual(cover);
  });

  it("gives one row when the same bytes are recorded at the same time", async () => {
    const { bytes } = await service.drawCover({ title: "At once", description: "", palette: null });
    const stored = await service.storeImage(bytes);
    const rows = await Promise.all(Array.from({ length: 6 }, () => record(stored)));
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1);
  });

  it("writes nothing for bytes that are not what they claim to be", async () => {
    const before = await readdir(join(home, "media"), { recursive: true });
    const page = Buffer.from("<html>not found</html>");
    await expect(service.storeAudio([page])).rejects.toMatchObject({ code: "media_invalid" });
    await expect(service.storeImage(page)).rejects.toMatchObject({ code: "media_invalid" });
    expect(await readdir(join(home, "media"), { recursive: true })).toEqual(before);
  });
});

describe("GET /media/{id}", () => {
  it("sends the file with headers that keep it inert and have it asked for again", async () => {
    const response = await fetchMedia(cover.id);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "image/png",
      "content-length": String(coverBytes.length),
      "accept-ranges": "bytes",
      etag: `"${cover.sha256}"`,
      "cache-control": "private, no-cache",
      "content-security-policy": "default-src 'none'; sandbox",
      "x-content-type-options": "nosniff",
    });
    expect(Buffer.compare(new Uint8Array(await response.arrayBuffer()), coverBytes)).toBe(0);
  });

  it("sends a range", async () => {
    const response = await fetchMedia(cover.id, { range: "bytes=1-3" });
    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBe(`bytes 1-3/${coverBytes.length}`);
    expect(response.headers.get("content-length")).toBe("3");
    expect(await response.text()).toBe("PNG");
  });

  it("refuses a range outside the file and names its size", async () => {
    const response = await fetchMedia(cover.id, { range: `bytes=${coverBytes.length}-` });
    expect(response.status).toBe(416);
    expect(response.headers.get("content-range")).toBe(`bytes */${coverBytes.length}`);
    expect(await response.json()).toMatchObject({ code: "media_range_invalid", status: 416 });
  });

  it("sends the whole file when If-Range names another version", async () => {
    const response = await fetchMedia(cover.id, { range: "bytes=1-3", "if-range": '"other"' });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  it("answers 304 to whoever has the file", async () => {
    const response = await fetchMedia(cover.id, { "if-none-match": `"x", W/"${cover.sha256}"` });
    expect(response.status).toBe(304);
    expect(response.headers.get("cache-control")).toBe("private, no-cache");
    expect(await response.text()).toBe("");
  });

  it("answers HEAD without a body", async () => {
    const response = await fetchMedia(cover.id, {}, "HEAD");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-length")).toBe(String(coverBytes.length));
    expect(await response.text()).toBe("");
  });

  it("answers 404 to an unknown id and 422 to what is no id", async () => {
    const unknown = await fetchMedia("0199a3f0-0000-7000-8000-00000000ffff");
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ code: "media_not_found" });
    expect((await fetchMedia("..%2f..%2fetc%2fpasswd")).status).toBe(422);
  });

  it("says so when the file is gone from the data folder", async () => {
    const { bytes } = await service.drawCover({ title: "Gone", description: "", palette: null });
    const media = await record(await service.storeImage(bytes));
    await rm(join(home, "media", media.sha256.slice(0, 2), `${media.sha256}.png`));
    const response = await fetchMedia(media.id);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ code: "media_file_missing" });
  });

  it("shows learners and strangers what is published, and nothing else", async () => {
    const [ada, lin] = [signedIn({ id: "l1", name: "Lin", role: "learner" }), viewer];
    const learnersToken: Caller = {
      ...lin,
      proof: { kind: "token", token_id: "t1", scopes: ["learn"], is_of_machine: false },
    };
    const owing: Caller = { ...lin, owes_second_factor: true };
    try {
      for (const stranger of [null, ada, learnersToken, owing]) {
        reader = stranger;
        published.delete(cover.id);
        const kept = { "if-none-match": `"${cover.sha256}"` };
        const tries: Record<string, string>[] = [{}, kept, { "if-none-match": "*" }, { range: "bytes=0-1" }];
        for (const headers of tries) {
          const hidden = await fetchMedia(cover.id, headers);
          expect(hidden.status).toBe(404);
          expect(await hidden.json()).toMatchObject({ code: "media_not_found" });
          expect(hidden.headers.get("etag")).toBeNull();
        }
        published.add(cover.id);
        const shown = await fetchMedia(cover.id);
        expect(shown.status).toBe(200);
        expect(shown.headers.get("cache-control")).toMatch(stranger === null ? /^public/ : /^private/);
        await shown.body?.cancel();
        expect((await fetchMedia(cover.id, kept)).status).toBe(304);
      }
    } finally {
      reader = viewer;
      published.clear();
    }
  });
});
