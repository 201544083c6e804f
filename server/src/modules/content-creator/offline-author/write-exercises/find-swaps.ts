import type { KeyTerm } from "../key-terms.ts";
import { termPhrases } from "../key-terms.ts";
import type { Token } from "../language-model.ts";
import type { ReadSentence } from "../read-source.ts";
import { isContrastSound } from "./contrast-guards.ts";
import { contrastOf } from "./contrast-pairs.ts";
import { numberSwap } from "./number-variants.ts";

interface Edit {
  start: number;
  end: number;
  text: string;
}

/** One change of meaning in a sentence. */
export interface Swap {
  kind: "contrast" | "number" | "sibling";
  edits: Edit[];
  from: string;
  to: string;
  /** Both words stand in the sentence and change places. */
  isExchange: boolean;
}

/** Terms with the same last word and another first word, such as "spring tide" and "neap tide". */
export type Siblings = ReadonlyMap<string, string>;

const NEGATIONS = new Set([
  "not",
  "n't",
  "no",
  "never",
  "cannot",
  "nor",
  "neither",
  "without",
  "hardly",
  "only",
]);
const VOWEL_SOUND = /^(?:[aeio]|u(?!ni|su|se|ti)|hour|honest|heir)/i;

function isInParentheses(text: string, position: number): boolean {
  const before = text.slice(0, position);
  return before.lastIndexOf("(") > before.lastIndexOf(")");
}

function followsNegation(tokens: readonly Token[], index: number): boolean {
  return tokens.slice(Math.max(0, index - 3), index).some((token) => NEGATIONS.has(token.lower));
}

function matchCase(word: string, model: string): string {
  return /^\p{Lu}/u.test(model) ? word.charAt(0).toUpperCase() + word.slice(1) : word;
}

/** Replaces one token, and the article before it when the new word needs the other one. */
function editToken(tokens: readonly Token[], index: number, replacement: string): Edit | null {
  const token = tokens[index];
  if (token === undefined) return null;
  const text = matchCase(replacement, token.text);
  const before = tokens[index - 1];
  if (before === undefined || !/^an?$/.test(before.lower))
    return { start: token.start, end: token.end, text };
  const article = matchCase(VOWEL_SOUND.test(replacement) ? "an" : "a", before.text);
  return { start: before.start, end: token.end, text: `${article} ${text}` };
}

/** Words that change places must stand in different parts of the sentence, else nothing changes ("rise and fall"). */
function areApart(tokens: readonly Token[], a: number, b: number): boolean {
  const between = tokens.slice(Math.min(a, b) + 1, Math.max(a, b));
  return between.some((token) => /^(?:VERB|AUX|ADP|SCONJ)$/.test(token.pos) || token.lower === "than");
}

function contrastSwaps(sentence: ReadSentence): Swap[] {
  const { tokens, text } = sentence;
  const swaps: Swap[] = [];
  const done = new Set<string>();
  tokens.forEach((token, index) => {
    const opposite = contrastOf(token.lower);
    if (opposite === null || done.has(token.lower) || isInParentheses(text, token.start)) return;
    if (followsNegation(tokens, index) || !isContrastSound(tokens, index)) return;
    const same = tokens.filter((other) => other.lower === token.lower);
    const others = tokens.flatMap((other, place) => (other.lower === opposite ? [place] : []));
    const partner = others[0];
    if (same.length > 1 || others.length > 1) return;
    done.add(token.lower);
    const own = editToken(tokens, index, opposite);
    if (own === null) return;
    if (partner === undefined) {
      const from = token.text;
      swaps.push({ kind: "contrast", edits: [own], from, to: opposite, isExchange: false });
      return;
    }
    done.add(opposite);
    const other = editToken(tokens, partner, token.lower);
    if (other === null || !areApart(tokens, index, partner) || !isContrastSound(tokens, partner)) return;
    swaps.push({ kind: "contrast", edits: [own, other], from: token.lower, to: opposite, isExchange: true });
  });
  return swaps;
}

function modifierOf(key: string): string {
  return key.slice(0, key.lastIndexOf(" "));
}

function siblingSwaps(sentence: ReadSentence, siblings: Siblings): Swap[] {
  const swaps: Swap[] = [];
  const found = termPhrases(sentence).filter(({ key }) => siblings.has(key));
  const done = new Set<string>();
  for (const { tokens, key } of found) {
    const other = siblings.get(key);
    const index = sentence.tokens.indexOf(tokens[0] as Token);
    if (other === undefined || done.has(key) || found.filter((phrase) => phrase.key === key).length > 1)
      continue;
    if (isInParentheses(sentence.text, tokens[0]?.start ?? 0)) continue;
    const others = found.filter((phrase) => phrase.key === other);
    const own = editToken(sentence.tokens, index, modifierOf(other));
    if (own === null || others.length > 1) continue;
    done.add(key);
    const partner = others[0];
    if (partner === undefined) {
      swaps.push({ kind: "sibling", edits: [own], from: key, to: other, isExchange: false });
      continue;
    }
    done.add(other);
    const partnerIndex = sentence.tokens.indexOf(partner.tokens[0] as Token);
    const back = editToken(sentence.tokens, partnerIndex, modifierOf(key));
    if (back === null || !areApart(sentence.tokens, index, partnerIndex)) continue;
    swaps.push({ kind: "sibling", edits: [own, back], from: key, to: other, isExchange: true });
  }
  return swaps;
}

/** Pairs of two-word terms of the source that share the last word; one of the two must be defined by the source. */
export function findSiblings(terms: readonly KeyTerm[]): Siblings {
  const siblings = new Map<string, string>();
  const pairs = terms.filter((term) => term.key.split(" ").length === 2 && !term.isName);
  for (const term of pairs) {
    if (siblings.has(term.key)) continue;
    const partner = pairs.find(
      (other) =>
        other.key !== term.key &&
        other.head === term.head &&
        !siblings.has(other.key) &&
        (contrastOf(modifierOf(term.key)) === modifierOf(other.key) || (term.isDefined && other.isDefined)),
    );
    if (partner === undefined) continue;
    siblings.set(term.key, partner.key);
    siblings.set(partner.key, term.key);
  }
  return siblings;
}

/** Every change that turns a sentence into a false one which still reads well. */
export function findSwaps(sentence: ReadSentence, siblings: Siblings): Swap[] {
  const named = siblingSwaps(sentence, siblings);
  const taken = (swap: Swap) => named.some((other) => overlaps(swap, other));
  const contrasts = contrastSwaps(sentence).filter((swap) => !taken(swap));
  const numbers = sentence.tokens.flatMap((token, index) => {
    const variant = numberSwap(sentence, index);
    if (variant === null || isInParentheses(sentence.text, token.start)) return [];
    const edit = { start: token.start, end: token.end, text: matchCase(variant, token.text) };
    return [{ kind: "number" as const, edits: [edit], from: token.text, to: variant, isExchange: false }];
  });
  return [...named, ...contrasts, ...numbers];
}

export function overlaps(a: Swap, b: Swap): boolean {
  return a.edits.some((first) =>
    b.edits.some((second) => first.start < second.end && second.start < first.end),
  );
}

export function applySwaps(text: string, swaps: readonly Swap[]): string {
  const edits = swaps.flatMap((swap) => swap.edits).sort((a, b) => b.start - a.start);
  return edits.reduce(
    (result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end),
    text,
  );
}
