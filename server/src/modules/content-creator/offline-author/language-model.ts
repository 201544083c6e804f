import { createRequire } from "node:module";
import type { Document, ItemSentence, ItemToken, ItsHelpers, PartOfSpeech, WinkMethods } from "wink-nlp";

/** One word or mark of a sentence. `start` and `end` are positions in the text of its sentence. */
export interface Token {
  text: string;
  lower: string;
  lemma: string;
  pos: PartOfSpeech;
  isWord: boolean;
  isStopWord: boolean;
  start: number;
  end: number;
}

export interface TaggedSentence {
  text: string;
  tokens: Token[];
}

let loaded: WinkMethods | undefined;

/** The English model takes 70 ms and 40 MB to load, so it is loaded by the first text and kept. */
function languageModel(): WinkMethods {
  if (loaded === undefined) {
    const load = createRequire(import.meta.url);
    // Both packages are CommonJS; their shapes are what their own type declarations say.
    const createModel = load("wink-nlp") as (model: unknown, pipe: string[]) => WinkMethods;
    loaded = createModel(load("wink-eng-lite-web-model"), ["sbd", "pos"]);
  }
  return loaded;
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The declared type of `out` leaves out the lemma function's third parameter, which the library fills in itself. */
function lemmaOf(token: ItemToken, its: ItsHelpers): string {
  const lemma = its.lemma as unknown as ItsHelpers["normal"];
  return asText(token.out(lemma)).toLowerCase();
}

function tagSentences(document: Document, its: ItsHelpers): TaggedSentence[] {
  const sentences: TaggedSentence[] = [];
  document.sentences().each((sentence: ItemSentence) => {
    const tokens: Token[] = [];
    let text = "";
    sentence.tokens().each((token: ItemToken) => {
      const value = token.out();
      const spaces = text === "" ? "" : asText(token.out(its.precedingSpaces));
      const start = text.length + spaces.length;
      text += spaces + value;
      const type = asText(token.out(its.type));
      tokens.push({
        text: value,
        lower: value.toLowerCase(),
        lemma: lemmaOf(token, its),
        // The tagger answers with one of the tags of its own type.
        pos: asText(token.out(its.pos)) as PartOfSpeech,
        isWord: type === "word" || type === "number" || type === "ordinal",
        isStopWord: Boolean(token.out(its.stopWordFlag)),
        start,
        end: text.length,
      });
    });
    sentences.push({ text, tokens });
  });
  return sentences;
}

/** Splits plain English text into sentences and tags every word. */
export function tagText(text: string): TaggedSentence[] {
  const model = languageModel();
  return tagSentences(model.readDoc(text), model.its);
}
