import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type BookedPrice,
  embeddedPriceList,
  expectedTokens,
  findPrice,
  providerNameOf,
  worstUsage,
} from "./prices.ts";

const used = {
  tokens_input: 100_000,
  tokens_cached: 40_000,
  tokens_reasoning: 0,
  tokens_output: 50_000,
  units: null,
};
const spoken = {
  tokens_input: null,
  tokens_cached: null,
  tokens_reasoning: null,
  tokens_output: null,
  units: 2_000,
};

function booked(billed: BookedPrice["billed"], usd_per_million: number): BookedPrice {
  return { billed, usd_per_million, source: "contract", valid_from: "2026-11-01T00:00:00.000Z" };
}

describe("providerNameOf", () => {
  it("is the vendor's name where it is known, else host and port", () => {
    expect(providerNameOf("https://api.openai.com/v1")).toBe("openai");
    expect(providerNameOf("http://127.0.0.1:11434/v1")).toBe("127.0.0.1:11434");
  });
});

describe("findPrice", () => {
  it("counts cached tokens once, at their own price", () => {
    const price = findPrice("text", "openai", "gpt-5", []);
    expect(price?.costUsd(used)).toBe(0.58);
    expect(price?.source).toBe(`genai-prices ${embeddedPriceList.version}, ${embeddedPriceList.published}`);
  });

  it("knows no price of a model that no list holds, nor of a server that merely uses a vendor's names", () => {
    expect(findPrice("text", "openai", "gpt-imaginary-9", [])).toBeNull();
    expect(findPrice("text", "openai.internal:8080", "gpt-5", [])).toBeNull();
    expect(findPrice("text", "127.0.0.1:11434", "gpt-5", [])).toBeNull();
  });

  it("lets the price book win", () => {
    const price = findPrice("object", "openai", "gpt-5", [
      booked("input_token", 1),
      booked("output_token", 2),
    ]);
    expect(price?.costUsd(used)).toBe(0.2);
    expect(price?.source).toBe("price book, 2026-11-01: contract");
    const withCache = [booked("input_token", 1), booked("cached_token", 0.5), booked("output_token", 2)];
    expect(findPrice("text", "x", "y", withCache)?.costUsd(used)).toBe(0.18);
  });

  it("does not take half a price for one", () => {
    expect(findPrice("text", "x", "y", [booked("input_token", 1)])).toBeNull();
    expect(findPrice("speech", "x", "y", [booked("input_token", 1), booked("output_token", 1)])).toBeNull();
  });

  it("prices speech by characters and pictures by piece or by tokens", () => {
    expect(findPrice("speech", "openai", "tts-1", [])?.costUsd(spoken)).toBe(0.03);
    expect(findPrice("speech", "openai", "gpt-4o-mini-tts", [])).toBeNull();
    const piece = { ...spoken, units: 1 };
    expect(findPrice("image", "x", "y", [booked("image", 40_000)])?.costUsd(piece)).toBe(0.04);
    expect(findPrice("image", "openai", "gpt-image-1", [])?.costUsd({ ...used, tokens_cached: 0 })).toBe(2.5);
  });

  it("leaves the cost unknown when the provider reports no usage", () => {
    expect(findPrice("text", "openai", "gpt-5", [])?.costUsd({ ...used, tokens_output: null })).toBeNull();
  });
});

describe("worstUsage", () => {
  it("reserves twice what English prose is expected to take, and the whole room for the answer", () => {
    expect(worstUsage("text", 4_000, 500, 0)).toMatchObject({
      tokens_input: 2_064,
      tokens_output: 500,
      units: null,
    });
    expect(expectedTokens("object", 4_000, 500)).toBe(1_500);
    expect(expectedTokens("speech", 4_000, 0)).toBe(0);
  });

  it("bills speech by characters and pictures by piece", () => {
    expect(worstUsage("speech", 900, 0, 800).units).toBe(800);
    expect(worstUsage("image", 900, 0, 0).units).toBe(1);
  });
});

describe("embeddedPriceList", () => {
  it("names the version that is installed", () => {
    const file = new URL(import.meta.resolve("@pydantic/genai-prices"));
    const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", file), "utf8"));
    expect(manifest).toMatchObject({ version: embeddedPriceList.version });
  });
});
