interface LanguageGuess {
  is_english: boolean;
  /** 0 to 1: how far the text is from the border between English and not English. */
  confidence: number;
}

const ENGLISH_WORDS = new Set(
  `the of and to in a is that it was for on are as with they at be this from have or by one had not but what all
  were when we there can an your which their said if do will each about how up out them then she many some so
  these would other into has more her two like him see could no make than been its who now people my made over
  did down only way find use may long little very after called where most through before because between under
  while also both such`
    .split(/\s+/)
    .filter((word) => word !== ""),
);

/** The commonest words of languages in Latin letters that share some spellings with English. */
const OTHER_WORDS = new Set(
  `der die das und ist nicht ein eine mit von den dem zu auf für im des sich wird auch als bei nach
  le la les des et est une du dans que qui pour pas sur avec par ce il elle sont aux plus
  el los las y en un una por con para del se lo como más pero su al es
  il di che e per non con una sono della del alla nel gli
  o os um uma não do da em dos das ao com mais
  het een van en dat niet zijn op te voor met
  och att det som är på en av för inte og af til ikke
  i w na nie że się jest z do ve bir bu için ile da de`
    .split(/\s+/)
    .filter((word) => word !== "" && !ENGLISH_WORDS.has(word)),
);

const SAMPLE_CHARACTERS = 60_000;
const ENGLISH_SHARE = 0.2;

/**
 * Tells English from other languages by the share of its commonest words (English prose has 35 to 50 %,
 * others under 10 %). Code blocks and markup should be taken out first. Looks at the first 60,000 characters.
 */
export function detectEnglish(text: string): LanguageGuess {
  const words =
    text
      .slice(0, SAMPLE_CHARACTERS)
      .toLowerCase()
      .match(/\p{L}+/gu) ?? [];
  if (words.length === 0) return { is_english: false, confidence: 0 };
  const english = words.filter((word) => ENGLISH_WORDS.has(word)).length / words.length;
  const other = words.filter((word) => OTHER_WORDS.has(word)).length / words.length;
  const isEnglish = english >= ENGLISH_SHARE && english > other;
  const distance = isEnglish
    ? (english - ENGLISH_SHARE) / 0.15
    : (ENGLISH_SHARE - english + other) / ENGLISH_SHARE;
  const evidence = Math.min(1, words.length / 40);
  return {
    is_english: isEnglish,
    confidence: Math.round(Math.min(1, Math.max(0, distance)) * evidence * 100) / 100,
  };
}
