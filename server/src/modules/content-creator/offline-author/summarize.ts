import type { ReadSentence } from "./read-source.ts";

const WINDOW_SENTENCES = 400;
const SIMILARITY_MIN = 0.08;
const DAMPING = 0.85;
const ROUNDS = 30;

function inverseFrequencies(sentences: readonly ReadSentence[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const sentence of sentences) {
    for (const lemma of sentence.content) counts.set(lemma, (counts.get(lemma) ?? 0) + 1);
  }
  const total = sentences.length;
  return new Map([...counts].map(([lemma, count]) => [lemma, Math.log(1 + total / count)]));
}

function similarityMatrix(sentences: readonly ReadSentence[]): number[][] {
  const weights = inverseFrequencies(sentences);
  const square = (lemma: string) => (weights.get(lemma) ?? 0) ** 2;
  const lengths = sentences.map((sentence) =>
    Math.sqrt([...sentence.content].reduce((sum, lemma) => sum + square(lemma), 0)),
  );
  return sentences.map((a, row) =>
    sentences.map((b, column) => {
      if (row === column) return 0;
      const [small, large] =
        a.content.size < b.content.size ? [a.content, b.content] : [b.content, a.content];
      let shared = 0;
      for (const lemma of small) if (large.has(lemma)) shared += square(lemma);
      const cosine = shared / ((lengths[row] ?? 0) * (lengths[column] ?? 0) || 1);
      return cosine >= SIMILARITY_MIN ? cosine : 0;
    }),
  );
}

function rankWindow(sentences: readonly ReadSentence[]): number[] {
  const count = sentences.length;
  const matrix = similarityMatrix(sentences);
  const sums = matrix.map((row) => row.reduce((sum, value) => sum + value, 0));
  let scores = new Array<number>(count).fill(1);
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Array<number>(count).fill(1 - DAMPING);
    for (let row = 0; row < count; row++) {
      const share = (DAMPING * (scores[row] ?? 0)) / (sums[row] || 1);
      const similarities = matrix[row] ?? [];
      for (let column = 0; column < count; column++) {
        const similarity = similarities[column] ?? 0;
        if (similarity > 0) next[column] = (next[column] ?? 0) + share * similarity;
      }
    }
    scores = next;
  }
  return scores;
}

/**
 * How central each sentence is (LexRank, Erkan and Radev 2004, with idf-weighted cosine), 1 on average. Long
 * passages are ranked in windows of 400 sentences, so the work grows with the length and not its square.
 */
export function rankSentences(sentences: readonly ReadSentence[]): number[] {
  const scores: number[] = [];
  const windows = Math.max(1, Math.ceil(sentences.length / WINDOW_SENTENCES));
  const size = Math.ceil(sentences.length / windows) || 1;
  for (let start = 0; start < sentences.length; start += size) {
    scores.push(...rankWindow(sentences.slice(start, start + size)));
  }
  return scores;
}

function hasPronoun(sentence: ReadSentence): boolean {
  return sentence.tokens.some((token) => /^(?:it|they|them|its|their|he|she|his|her)$/.test(token.lower));
}

/** The best `count` sentences that read well alone and do not repeat each other, in their original order. */
export function summarize(sentences: readonly ReadSentence[], count: number): ReadSentence[] {
  const scores = rankSentences(sentences);
  const ranked = sentences
    .map((sentence, index) => ({
      sentence,
      index,
      score: (scores[index] ?? 0) * (hasPronoun(sentence) ? 0.75 : 1),
    }))
    .filter(({ sentence }) => sentence.isStandalone && sentence.words >= 7 && sentence.words <= 32)
    .sort((a, b) => b.score - a.score || a.index - b.index);
  const chosen: typeof ranked = [];
  for (const candidate of ranked) {
    if (chosen.length >= count) break;
    const repeats = chosen.some(
      ({ sentence }) => overlap(sentence.content, candidate.sentence.content) > 0.6,
    );
    if (!repeats) chosen.push(candidate);
  }
  return chosen.sort((a, b) => a.index - b.index).map(({ sentence }) => sentence);
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((lemma) => b.has(lemma)).length;
  return shared / (Math.min(a.size, b.size) || 1);
}
