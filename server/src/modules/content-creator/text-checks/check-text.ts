import type { TextFinding } from "../../content/public.ts";
import { countAddressedPassages } from "../source-cleaning/addressed-passages.ts";
import { foreignAddresses, holdsLoadingMarkup } from "./addresses.ts";
import { matchesOutline } from "./outline-match.ts";

export interface CheckedText {
  /** All that learners would see or hear of it. */
  readonly text: string;
  /** What people gave: its addresses are nothing new. */
  readonly known: readonly string[];
  /** What a model read to write it. */
  readonly read: readonly string[];
  /** What it should be about; null where there is no outline. */
  readonly outline: { readonly title: string; readonly objective: string } | null;
}

const mostNamed = 3;

/**
 * The second look at what was written from sources: what makes a person look before learners do. Addresses that nobody gave, markup
 * that loads something, passages that speak to a model (in it, or in what it was made from), a text that leaves its outline.
 * Empty: nothing of all that.
 */
export function checkText({ text, known, read, outline }: CheckedText): TextFinding[] {
  const findings: TextFinding[] = [];
  const foreign = foreignAddresses(text, known);
  if (foreign.length > 0) {
    const names = [...new Set(foreign.map(({ host }) => host))];
    const shown = names.slice(0, mostNamed).join(", ");
    const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : "";
    findings.push({
      code: "foreign_address",
      message: `Leads to ${shown}${more}, which stands in no source.`,
    });
  }
  if (holdsLoadingMarkup(text)) {
    findings.push({
      code: "loading_markup",
      message: "Holds an image or an element that other programs would load by themselves.",
    });
  }
  if (countAddressedPassages(text) > 0) {
    findings.push({
      code: "speaks_to_model",
      message: "Seems to speak to a language model instead of learners.",
    });
  }
  const inSources = read.reduce((sum, one) => sum + countAddressedPassages(one), 0);
  if (inSources > 0) {
    findings.push({
      code: "source_speaks_to_model",
      message: `Made from a text with ${inSources === 1 ? "a passage" : `${inSources} passages`} that ${inSources === 1 ? "seems" : "seem"} to speak to a language model: see whether this does what it says.`,
    });
  }
  if (outline !== null && !matchesOutline(outline, text)) {
    findings.push({ code: "off_outline", message: "Hardly speaks of what its title and objective promise." });
  }
  return findings;
}
