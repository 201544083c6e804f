import { hiddenSelectors, hidesText } from "./hidden-style.ts";
import type { RemovalCounter } from "./removal.ts";

/** Longest tag and longest stretch between backticks that is read as one. */
const longestTag = 4_000;
const longestInlineCode = 2_000;
const mostTicks = 20;
/** So many things that look like tags and are none may be as long as a tag; from then on only short ones are read. */
const mostFailures = 10_000;
const shortTag = 200;

/** Elements whose content a browser runs or keeps, but never shows. */
const pageCode = new Set(["script", "style", "template", "head"]);
const voidElements = new Set("area base br col embed hr img input link meta source track wbr".split(" "));
/** Elements that end where the next one of their kind begins. */
const selfEnding = new Set("p li dt dd tr td th option".split(" "));

/** A whole page, where backticks and indentation mean nothing. */
const page = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b/i;

const opening = /<([a-z][a-z0-9-]*)((?:"[^"]*"|'[^']*'|[^'"<>])*)>/iy;
const attribute = /([^\s"'=<>/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;
/** Where something may begin that is hidden, or code in which nothing is. */
const beginning = /^ {0,3}(`{3,}|~{3,})([^\n]*)$|^(?: {4}|\t)[^\n]*$|(`+)|<|^ {0,3}\[[^\]\n]{1,200}\]:/gm;

/**
 * The text without comments, elements that are not shown (`hidden`, `display: none` and its like, by class too), scripts and
 * style sheets, and definitions of Markdown that nothing refers to. What code holds stays: in fences, between backticks, indented.
 * An element that is never closed is taken out up to the next blank line.
 */
export function withoutHiddenMarkup(text: string, counter: RemovalCounter): string {
  if (!/<|^ {0,3}\[/m.test(text)) return text;
  const scanner = new Scanner(text, counter);
  return scanner.run();
}

class Scanner {
  readonly #text: string;
  readonly #counter: RemovalCounter;
  readonly #isPage: boolean;
  readonly #hiddenNames: ReadonlySet<string>;
  readonly #tags = new Map<string, TagPlaces>();
  readonly #parts: string[] = [];
  readonly #lastPlaces = new Map<string, number>();
  #labels: ReadonlyMap<string, number> | null = null;
  #indented: IndentedLine | null = null;
  #failures = 0;
  /** Up to here the text was copied or left out. */
  #copied = 0;

  constructor(text: string, counter: RemovalCounter) {
    this.#text = text;
    this.#counter = counter;
    this.#isPage = page.test(text);
    const sheets = [...text.matchAll(/<style\b[^>]*>([^<]*)/gi)].map(([, sheet = ""]) => sheet);
    this.#hiddenNames = new Set(sheets.flatMap(hiddenSelectors));
  }

  run(): string {
    const pattern = new RegExp(beginning.source, beginning.flags);
    for (let found = pattern.exec(this.#text); found !== null; found = pattern.exec(this.#text)) {
      // Always further on: a match is at least one character.
      pattern.lastIndex = Math.max(this.#afterCode(found) ?? this.#afterHidden(found), found.index + 1);
    }
    this.#parts.push(this.#text.slice(this.#copied));
    return this.#parts.join("");
  }

  /** Where code that begins here ends; null where none begins. */
  #afterCode({ 0: whole, 1: fence, 2: info = "", 3: ticks, index }: RegExpExecArray): number | null {
    if (this.#isPage) return null;
    if (fence !== undefined) {
      const isFence = !(fence.startsWith("`") && info.includes("`"));
      if (isFence) return this.#afterFence(fence, index + whole.length);
      return this.#afterTicks(fence, index + whole.indexOf(fence) + fence.length);
    }
    if (ticks !== undefined) return this.#afterTicks(ticks, index + whole.length);
    const isIndented = /^(?: {4}|\t)/.test(whole);
    return isIndented && this.#isIndentedCode(index) ? index + whole.length : null;
  }

  #afterFence(fence: string, from: number): number {
    const end = new RegExp(`^ {0,3}\\${fence.charAt(0)}{${fence.length},}[ \\t]*$`, "gm");
    end.lastIndex = from;
    const found = end.exec(this.#text);
    return found === null ? this.#text.length : found.index + found[0].length;
  }

  #afterTicks(ticks: string, from: number): number {
    if (ticks.length > mostTicks) return from;
    const rest = this.#text.slice(from, from + longestInlineCode);
    const closing = new RegExp(`(?<!\`)${ticks}(?!\`)|\\n[ \\t]*\\n`).exec(rest);
    return closing === null || closing[0].startsWith("\n") ? from : from + closing.index + ticks.length;
  }

  /** After a blank line or more code, and not inside of a list, whose paragraphs are indented too. */
  #isIndentedCode(index: number): boolean {
    this.#indented = { start: index, ...this.#readIndented(index) };
    return this.#indented.isCode;
  }

  #readIndented(index: number): Omit<IndentedLine, "start"> {
    let isAfterBlank = index === 0;
    for (let end = index - 1; end > 0; ) {
      const start = this.#text.lastIndexOf("\n", end - 1) + 1;
      if (start === this.#indented?.start) {
        const { isCode, isInList } = this.#indented;
        return { isCode: isCode || (isAfterBlank && !isInList), isInList };
      }
      const line = this.#text.slice(start, end);
      if (line.trim() === "") isAfterBlank = true;
      else {
        const isInList = /^\s*(?:[-*+]|\d+[.)])\s/.test(line);
        return { isCode: isAfterBlank && !isInList, isInList };
      }
      end = start - 1;
    }
    return { isCode: true, isInList: false };
  }

  /** Leaves out what is hidden from here on; answers where to go on. */
  #afterHidden({ 0: whole, index }: RegExpExecArray): number {
    if (whole === "<") return this.#afterAngle(index);
    if (/^ {0,3}\[.*\]:$/.test(whole)) return this.#afterDefinition(index, whole);
    const angle = whole.search(/[<`]/);
    // An indented line that is no code: look again at what stands in it.
    return angle <= 0 ? index + 1 : index + angle;
  }

  #afterAngle(index: number): number {
    const rest = this.#text.slice(index, index + (this.#failures > mostFailures ? shortTag : longestTag));
    for (const [start, end] of [
      ["<!--", "-->"],
      ["<![CDATA[", "]]>"],
      ["<?", "?>"],
    ] as const) {
      if (!rest.startsWith(start)) continue;
      if (rest.startsWith("<?xml")) return index + 1;
      return this.#leaveOutUntil(index, start, end);
    }
    opening.lastIndex = 0;
    const [tag = "", name = "", attributes = ""] = opening.exec(rest) ?? [];
    if (tag === "") {
      this.#failures += 1;
      return index + 1;
    }
    const kind = this.#kindOf(name.toLowerCase(), attributes);
    const end = kind === null ? null : this.#afterElement(name.toLowerCase(), index + tag.length, kind);
    if (kind === null || end === null) return index + tag.length;
    this.#counter.add(kind);
    return this.#leaveOut(index, end);
  }

  #leaveOutUntil(index: number, start: string, end: string): number {
    // `<!-->` is a whole comment.
    const from = index + (start === "<!--" ? 2 : start.length);
    const isClosed = from <= this.#lastPlaceOf(end);
    const isAtLineStart = /(?:^|\n) {0,3}$/.test(this.#text.slice(Math.max(0, index - 4), index));
    if (!isClosed && !this.#isPage && !isAtLineStart) return index + start.length;
    this.#counter.add("comment");
    return this.#leaveOut(index, isClosed ? this.#text.indexOf(end, from) + end.length : this.#text.length);
  }

  #lastPlaceOf(end: string): number {
    const known = this.#lastPlaces.get(end) ?? this.#text.lastIndexOf(end);
    this.#lastPlaces.set(end, known);
    return known;
  }

  #leaveOut(from: number, to: number): number {
    this.#parts.push(this.#text.slice(this.#copied, from));
    this.#copied = to;
    return to;
  }

  #kindOf(name: string, attributes: string): "hidden_element" | "page_code" | null {
    if (pageCode.has(name)) return "page_code";
    for (const [, key = "", double, single, bare] of attributes.matchAll(attribute)) {
      const value = double ?? single ?? bare ?? "";
      const word = key.toLowerCase();
      if (word === "hidden") return "hidden_element";
      if (word === "style" && hidesText(value)) return "hidden_element";
      if (word === "id" && this.#hiddenNames.has(`#${value}`)) return "hidden_element";
      if (word === "class" && value.split(/\s+/).some((one) => this.#hiddenNames.has(`.${one}`))) {
        return "hidden_element";
      }
    }
    return null;
  }

  /** Where the element ends whose tag ends at `from`; null for a tag of which nothing but its name is there. */
  #afterElement(name: string, from: number, kind: "hidden_element" | "page_code"): number | null {
    if (voidElements.has(name)) return from;
    const { places, ends } = this.#placesOf(name);
    const next = firstFrom(places, from);
    const place = places[next];
    if (selfEnding.has(name) && place !== undefined) return place.isClosing ? place.end : place.start;
    const end = ends[next];
    if (end !== undefined && end !== null) return end;
    if (kind === "page_code" && !this.#isPage) return null;
    const blank = /\n[ \t]*\n/g;
    blank.lastIndex = from;
    return blank.exec(this.#text)?.index ?? this.#text.length;
  }

  #placesOf(name: string): TagPlaces {
    const known = this.#tags.get(name);
    if (known !== undefined) return known;
    const tags = new RegExp(`<(/?)${name}(?=[\\s/>])[^<>]{0,${longestTag}}>`, "gi");
    const places = [...this.#text.matchAll(tags)].map(
      ({ 0: tag, 1: slash, index }): TagPlace => ({
        start: index,
        end: index + tag.length,
        isClosing: slash === "/",
      }),
    );
    const found = { places, ends: findEnds(places) };
    this.#tags.set(name, found);
    return found;
  }

  /** `[//]: # (words)`, and what defines a label with words of its own that nothing refers to. */
  #afterDefinition(index: number, whole: string): number {
    if (this.#isPage) return index + whole.length;
    const label = whole.slice(whole.indexOf("[") + 1, -2).toLowerCase();
    const isFootnote = label.startsWith("^");
    const rest = this.#text.slice(index + whole.length, index + longestTag);
    const found = (isFootnote ? footnoteRest : definitionRest).exec(rest);
    if (found === null) return index + whole.length;
    const [all, destination = ""] = found;
    const isComment = !isFootnote && /^<?#?>?$/.test(destination);
    if (!isComment && this.#usesOf(label) > 1) return index + whole.length;
    this.#counter.add("comment");
    return this.#leaveOut(index, index + whole.length + all.length);
  }

  #usesOf(label: string): number {
    if (this.#labels === null) {
      const labels = new Map<string, number>();
      for (const [, name = ""] of this.#text.matchAll(/\[([^[\]\n]{1,200})\]/g)) {
        const key = name.toLowerCase();
        labels.set(key, (labels.get(key) ?? 0) + 1);
      }
      this.#labels = labels;
    }
    return this.#labels.get(label) ?? 0;
  }
}

/** A destination and its words, on this line or the next; a footnote's paragraph. */
const definitionRest = /^[ \t]*(\S+)[ \t]*\n?[ \t]*(?:"[^"\n]*"|'[^'\n]*'|\([^)\n]*\))[ \t]*(?=\n|$)/;
const footnoteRest = /^[^\n]*(?:\n(?![ \t]*\n)[^\n]+)*/;

/** An indented line, and what it continues. */
interface IndentedLine {
  readonly start: number;
  readonly isCode: boolean;
  readonly isInList: boolean;
}

interface TagPlace {
  readonly start: number;
  readonly end: number;
  readonly isClosing: boolean;
}

/** All tags of one name in their order. */
interface TagPlaces {
  readonly places: readonly TagPlace[];
  /** By the place of the first tag in an element, or the number of places: where the element ends; null when nothing closes it. */
  readonly ends: readonly (number | null)[];
}

/**
 * Where an element ends: behind the tag that closes it, else behind the next one that closes anything. In one pass from the end, as a
 * text may hold a million of them.
 */
function findEnds(places: readonly TagPlace[]): (number | null)[] {
  const depths = [0];
  for (const { isClosing } of places) depths.push((depths.at(-1) ?? 0) + (isClosing ? -1 : 1));
  const ends: (number | null)[] = [null];
  /** Behind the next closing tag that leads to this depth. */
  const closings = new Map<number, number>();
  let closing: number | null = null;
  for (let index = places.length - 1; index >= 0; index -= 1) {
    const place = places[index];
    const [before = 0, after = 0] = [depths[index], depths[index + 1]];
    if (place?.isClosing) {
      closings.set(after, place.end);
      closing = place.end;
    }
    ends.push(closings.get(before - 1) ?? closing);
  }
  return ends.reverse();
}

/** The first of the places at or after `index`; they are in order. */
function firstFrom(places: readonly TagPlace[], index: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle]?.start ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}
