import { readings } from "./disguises.ts";

/**
 * How one says "ignore" and "instructions": beginnings of words, without accents and in lower case, so that endings do not matter.
 * By language: English, German, French, Spanish and Portuguese, Italian, Dutch, Polish, Turkish, Russian and Ukrainian, Chinese,
 * Japanese, Korean, Arabic, Hindi.
 */
const vocabulary: readonly { readonly ignore: string; readonly instructions: string }[] = [
  {
    ignore: "ignor|disregard|forget|overrid|bypass|discard|do not follow|don't follow|stop following",
    instructions:
      "instruction|prompt|rules?\\b|guideline|directive|system message|everything (?:above|before)",
  },
  {
    ignore: "ignorier|vergiss|missacht|ubergeh",
    instructions: "anweisung|vorgabe|regeln|instruktion|prompt",
  },
  { ignore: "ignore|oublie|neglige", instructions: "instruction|consigne|regles|directive|prompt" },
  {
    ignore: "ignor|olvid|omit|desconsider|esquec",
    instructions: "instruc|indicaciones|reglas|regras|ordenes",
  },
  { ignore: "ignor|dimentic|trascur", instructions: "istruzion|regole|direttive|prompt" },
  { ignore: "negeer|vergeet", instructions: "instructies|opdracht|regels|aanwijzing" },
  { ignore: "zignoruj|ignoruj|zapomnij|pomin", instructions: "instrukcj|polecen|zasad" },
  { ignore: "yoksay|yok say|unut|goz ardi|dikkate alma", instructions: "talimat|komut|kural" },
  {
    ignore: "игнорир|проигнорир|забудь|не следуи|ігнору",
    instructions: "инструкц|указани|правила|команд|інструкц",
  },
  { ignore: "忽略|无视|忘记|忽視|無視|忘掉", instructions: "指令|指示|说明|提示|规则|規則" },
  { ignore: "無視|忘れ|従わない", instructions: "指示|命令|ルール|プロンフト" },
  { ignore: "무시|잊", instructions: "지시|명령|지침|프롬프트" },
  { ignore: "تجاهل|انس|تجاوز", instructions: "تعليمات|اوامر|التوجيهات|القواعد" },
  { ignore: "अनदेखा|नजरअदाज|भल|उपेकषा", instructions: "निरदेश|आदेश|नियम" },
].map(({ ignore, instructions }) => ({
  // Marks that the reading drops are dropped here as well.
  ignore: ignore.normalize("NFKD").replace(/\p{M}/gu, ""),
  instructions: instructions.normalize("NFKD").replace(/\p{M}/gu, ""),
}));

const gap = "[^.!?。！？\\n]{0,60}?";
const commands = vocabulary.map(
  ({ ignore, instructions }) =>
    new RegExp(`(?:${ignore})${gap}(?:${instructions})|(?:${instructions})${gap}(?:${ignore})`, "gu"),
);
/** Without any of these no command is there. */
const anyIgnoring = new RegExp(vocabulary.map(({ ignore }) => ignore).join("|"), "u");

const machine =
  "ai|a\\.i\\.|llms?|language models?|ai models?|large models?|chatbot|gpt|ai assistant|assistant|bot|ki|sprachmodell|modele de langage|modelo de lenguaje|modelo de linguagem|modello linguistico|taalmodel|model jezykow\\w*|dil modeli|языковая модель|языковои моделью|ассистент|语言模型|人工智能|助手|言語モデル|アシスタント|언어 모델|어시스턴트|نموذج لغوي|भाषा मॉडल"
    .normalize("NFKD")
    .replace(/\p{M}/gu, "");
const noLetter = "(?![\\p{L}])";
const parts =
  "lessons?|exercises?|units?|courses?|answers?|repl(?:y|ies)|responses?|outputs?|podcasts?|summar(?:y|ies)|descriptions?|titles?|quiz(?:zes)?";
const saying =
  "write|include|insert|append|output|print|say|repeat|respond|reply|answer|begin|start|end|finish|add|put|mention|embed|render|place|state|close";
/** Something to be copied as it is: between quotation marks, an address, a code. */
const literal = '["“”„«»「`]|https?:|www\\.|\\b[a-z]{2,}[-_]?\\d{2,}|<\\w';

const others: readonly RegExp[] = [
  /\b(?:new|updated|secret|hidden|real|actual|additional|system|override) (?:instruction|task|rule|order|directive)s?\s*[:(]/gu,
  /\b(?:system|developer|hidden|initial) (?:prompt|instruction)s?\b/gu,
  new RegExp(
    `(?:\\b(?:you are|you're|act as|behave as|pretend to be|du bist|sie sind|tu es|vous etes|eres|sei|voce e|je bent|jestes)\\s|ты |вы |你是|您是|あなたは|당신은|انت )(?:now |jetzt |maintenant |ahora |ora |teraz |теперь |现在 ?)?(?:an? |the |eine? |une? |un |uma? |een |一个)?(?:[\\p{L}]+ ){0,2}?(?:${machine})${noLetter}`,
    "gu",
  ),
  new RegExp(
    `(?:\\b(?:dear|attention|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|hinweis an|anweisung an|a l'attention d[eu]s?|nota para|aviso para|avviso per|bericht voor|uwaga|dikkat)|внимание|致|给)[ ,:]{0,3}(?:the |any |all |every |le |la |les |el |das |die |jedes )?(?:[\\p{L}]+ ){0,1}?(?:${machine})${noLetter}`,
    "gu",
  ),
  new RegExp(
    `\\b(?:if|when|whenever|in case) (?:you are|you're|this (?:text )?is (?:being )?(?:read|processed|summari[sz]ed) by|read by) (?:an? |any )?(?:${machine})${noLetter}`,
    "gu",
  ),
  new RegExp(`\\bas an? (?:${machine})${noLetter}`, "gu"),
  /^\W{0,4}(?:system|assistant|developer)\W{0,4}[:=]\s/gmu,
  /<\|[a-z_]{2,20}\|>|\[\/?inst\]|<<\/?sys>>|<\/?(?:system|assistant|human|instructions?|prompt)>|<(?:start|end)_of_turn>|^#{2,}\s*(?:system|instructions?|response|assistant|new task)\b/gmu,
  // Our own fences; `<source media="…">` is an element of HTML, which is never closed.
  /<\s*\/\s*(?:source|transcript|drafts|findings)\b|<\s*(?:transcript|drafts|findings)\s*>|<\s*source\s+title\s*=/gu,
  /"role"\s*:\s*"(?:system|assistant|developer)"/gu,
  new RegExp(
    `\\b(?:${saying})\\b(?=[^.!?\\n]{0,240}(?:${literal}))[^.!?\\n]{0,120}\\b(?:each|every|all|any|your)\\b (?:of )?(?:the |your )?(?:${parts})\\b`,
    "gu",
  ),
  new RegExp(
    `\\b(?:each|every|all|your)\\b (?:of )?(?:the |your )?(?:${parts})\\b(?!')[^.!?\\n]{0,40}\\b(?:must|should|shall|has to|have to|needs? to|with|by)\\b[^.!?\\n]{0,60}(?:${literal})`,
    "gu",
  ),
  /\b(?:do not|don't|never) (?:tell|mention|reveal|inform|warn)\b[^.!?\n]{0,60}\b(?:users?|reviewers?|editors?|instructions?)\b/gu,
  /\b(?:jailbreak|prompt injection|dan mode|developer mode|do anything now)\b/gu,
];

/**
 * How many places of a text seem to speak to a language model instead of its reader: orders to ignore instructions in many languages,
 * roles and marks of chats, our own fences, things to be copied into every lesson; also in disguise. A guess by patterns: a text
 * about such attacks is counted too, and a new way to put it is not.
 */
export function countAddressedPassages(text: string): number {
  const [asItStands = "", ...disguised] = readings(text);
  const counts = disguised.map((reading) => countPlaces(reading, commands));
  return Math.max(
    countPlaces(asItStands, [...commands, ...others]),
    countPlaces(text.toLowerCase(), others),
    ...counts,
  );
}

/** Stretches of text that one or more of the patterns fit. */
function countPlaces(text: string, patterns: readonly RegExp[]): number {
  const possible = anyIgnoring.test(text)
    ? patterns
    : patterns.filter((pattern) => !commands.includes(pattern));
  const found = possible
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map(({ 0: match, index }) => ({ start: index, end: index + match.length }))
    .sort((left, right) => left.start - right.start);
  let count = 0;
  let end = -1;
  for (const place of found) {
    if (place.start >= end) count += 1;
    end = Math.max(end, place.end);
  }
  return count;
}
