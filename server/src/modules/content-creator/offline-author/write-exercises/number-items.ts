import { citation, type DropCounter, type ItemDraft } from "./item-draft.ts";
import type { LessonMaterial } from "./lesson-material.ts";
import { numberVariants } from "./number-variants.ts";

const WORDS_MIN = 7;
const WORDS_MAX = 32;

/** "A lunar day lasts ____ hours": a number is asked for. */
export function numberItems(material: LessonMaterial, dropped: DropCounter): ItemDraft[] {
  const drafts: ItemDraft[] = [];
  for (const sentence of material.sentences) {
    if (sentence.words < WORDS_MIN || sentence.words > WORDS_MAX || !sentence.isQuotable) continue;
    const index = sentence.tokens.findIndex(
      (_token, position) => numberVariants(sentence, position) !== null,
    );
    const token = sentence.tokens[index];
    const variants = index < 0 ? null : numberVariants(sentence, index);
    if (token === undefined || variants === null) continue;
    if (!sentence.isStandalone) {
      dropped.add("the sentence needs the sentences around it");
      continue;
    }
    const gapped = `${sentence.text.slice(0, token.start)}____${sentence.text.slice(token.end)}`;
    const wrong = (text: string) => ({
      text,
      rationale: `The source gives ${token.text} here, not ${text}.`,
    });
    drafts.push({
      type: "number",
      stem: `Which ${variants.isYear ? "year" : "number"} completes this sentence from the source? “${gapped}”`,
      key: { text: token.text, rationale: `The source says: ${citation(sentence)}.` },
      distractors: variants.smaller.map(wrong),
      larger: variants.larger.map(wrong),
      bloomLevel: "Recall",
      difficulty: "medium",
      evidence: sentence,
      sentences: [sentence],
      subject: `number ${token.text}`,
      score: 30 - sentence.words,
    });
  }
  return drafts;
}
