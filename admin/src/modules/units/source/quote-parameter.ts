const longestQuote = 300;
const mostQuotes = 6;

/** Quotes as one parameter of an address, one a line; long ones are named by their beginning, at most six of them. */
export function quoteParameter(quotes: readonly string[]): string {
  return quotes
    .slice(0, mostQuotes)
    .map((quote) => quote.slice(0, longestQuote).replaceAll(/\s+/g, " ").trim())
    .filter((quote) => quote !== "")
    .join("\n");
}

/** The quotes of an address. */
export function quotesOf(parameter: string | undefined): string[] {
  return (parameter ?? "").split("\n").filter((quote) => quote !== "");
}
