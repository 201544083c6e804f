import { calcPrice, findProvider } from "@pydantic/genai-prices";
import type { LlmRequestKind } from "../public.ts";

/** What `price_book.billed` can say. */
export type BilledUnit = "input_token" | "cached_token" | "output_token" | "character" | "image" | "second";

/** A price in force that the administrator set. */
export interface BookedPrice {
  readonly billed: BilledUnit;
  readonly usd_per_million: number;
  readonly source: string;
  readonly valid_from: string;
}

/** What an attempt used. Null: the provider did not say. `input` includes the cached tokens. */
export interface Usage {
  readonly tokens_input: number | null;
  readonly tokens_cached: number | null;
  readonly tokens_reasoning: number | null;
  readonly tokens_output: number | null;
  /** Characters spoken, or images drawn; null for text. */
  readonly units: number | null;
}

/** The price of one model for one kind of call. */
export interface Price {
  /** Where the price is from and its date, for the request's row. */
  readonly source: string;
  /** US dollars, 8 decimals; null when the provider did not say what the price needs. */
  costUsd(usage: Usage): number | null;
}

/** The embedded list: its version and day of publication (a test compares the version with the installed package). */
export const embeddedPriceList = { version: "0.1.8", published: "2026-09-23" } as const;

/**
 * Prices of speech per million characters, which the embedded list lacks.
 * Source: https://platform.openai.com/docs/pricing, transcription and speech.
 */
const speechUsdPerMillionCharacters: Readonly<Record<string, number>> = { "tts-1": 15, "tts-1-hd": 30 };
const speechPricesRead = "2026-11-21";

/**
 * The name under which a server's calls, limits and prices are kept: the vendor's where the price list knows the
 * address, otherwise its host and port.
 */
export function providerNameOf(baseUrl: string): string {
  return findProvider({ providerApiUrl: baseUrl })?.id ?? new URL(baseUrl).host;
}

/**
 * The price in force, or null when none is known. What the administrator set wins. A server that the price list does
 * not know has no price of its own, even when it names a model like a vendor's: nobody knows what it charges.
 */
export function findPrice(
  kind: LlmRequestKind,
  provider: string,
  model: string,
  booked: readonly BookedPrice[],
): Price | null {
  return (
    bookedPrice(kind, booked) ??
    (kind === "speech" ? speechPrice(provider, model) : listPrice(provider, model))
  );
}

function bookedPrice(kind: LlmRequestKind, booked: readonly BookedPrice[]): Price | null {
  const rate = (unit: BilledUnit) => booked.find(({ billed }) => billed === unit)?.usd_per_million ?? null;
  const [first] = booked;
  if (first === undefined) return null;
  const source = `price book, ${first.valid_from.slice(0, 10)}: ${first.source}`;
  const perUnit = kind === "speech" ? rate("character") : kind === "image" ? rate("image") : null;
  if (perUnit !== null) return { source, costUsd: ({ units }) => dollars(units, perUnit) };
  const input = rate("input_token");
  const output = rate("output_token");
  if (kind === "speech" || input === null || output === null) return null;
  const cached = rate("cached_token") ?? input;
  return {
    source,
    costUsd({ tokens_input, tokens_cached, tokens_output }) {
      if (tokens_input === null || tokens_output === null) return null;
      const fromCache = Math.min(tokens_cached ?? 0, tokens_input);
      const millionths = (tokens_input - fromCache) * input + fromCache * cached + tokens_output * output;
      return roundUsd(millionths / 1_000_000);
    },
  };
}

function speechPrice(provider: string, model: string): Price | null {
  const perMillion = provider === "openai" ? speechUsdPerMillionCharacters[model] : undefined;
  if (perMillion === undefined) return null;
  return {
    source: `OpenAI list price, ${speechPricesRead}`,
    costUsd: ({ units }) => dollars(units, perMillion),
  };
}

function listPrice(provider: string, model: string): Price | null {
  // The list also matches names that merely contain a vendor's; only its own ids count.
  if (findProvider({ providerId: provider })?.id !== provider) return null;
  if (calcPrice({ input_tokens: 1, output_tokens: 1 }, model, { providerId: provider }) === null) return null;
  return {
    source: `genai-prices ${embeddedPriceList.version}, ${embeddedPriceList.published}`,
    costUsd({ tokens_input, tokens_cached, tokens_output }) {
      if (tokens_input === null || tokens_output === null) return null;
      const usage = {
        input_tokens: tokens_input,
        cache_read_tokens: Math.min(tokens_cached ?? 0, tokens_input),
        output_tokens: tokens_output,
      };
      const price = calcPrice(usage, model, { providerId: provider });
      return price === null ? null : roundUsd(price.total_price);
    },
  };
}

/** A picture of 1024 × 1024 in the highest quality, in output tokens (OpenAI: image generation, cost and latency). */
const mostImageTokens = 4_160;

/**
 * What a call is reserved for. No tokenizer is at hand; English prose has some four bytes a token, and two leave room
 * for JSON and for scripts with several bytes a letter. What a call uses beyond it is booked when it is settled.
 */
export function worstUsage(
  kind: LlmRequestKind,
  bodyBytes: number,
  maxOutputTokens: number,
  characters: number,
): Usage {
  return {
    tokens_input: Math.ceil(bodyBytes / 2) + 64,
    tokens_cached: 0,
    tokens_reasoning: null,
    tokens_output: kind === "image" ? mostImageTokens : maxOutputTokens,
    units: kind === "speech" ? characters : kind === "image" ? 1 : null,
  };
}

/** What a call counts towards a limit of tokens per minute: what it will likely read and may write. */
export function expectedTokens(kind: LlmRequestKind, bodyBytes: number, maxOutputTokens: number): number {
  return kind === "speech" || kind === "image" ? 0 : Math.ceil(bodyBytes / 4) + maxOutputTokens;
}

function dollars(units: number | null, perMillion: number): number | null {
  return units === null ? null : roundUsd((units * perMillion) / 1_000_000);
}

/** Money has eight decimals, as in `numeric(14, 8)`. */
export function roundUsd(value: number): number {
  return Math.round(value * 1e8) / 1e8;
}
