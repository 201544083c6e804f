/** Entities and escapes of a style sheet as the characters they stand for, comments gone, lower case. */
function plainStyle(style: string): string {
  const fromCode = (digits: string, base: number) => {
    const value = Number.parseInt(digits, base);
    return value > 0 && value <= 0x10ffff ? String.fromCodePoint(value) : "";
  };
  return style
    .replace(/&#x([0-9a-f]{1,6});?/gi, (_all, digits: string) => fromCode(digits, 16))
    .replace(/&#([0-9]{1,7});?/g, (_all, digits: string) => fromCode(digits, 10))
    .replace(/\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//g, "")
    .replace(/\\([0-9a-f]{1,6})\s?/gi, (_all, digits: string) => fromCode(digits, 16))
    .replaceAll("\\", "")
    .toLowerCase();
}

const hiding = [
  /display:none/,
  /visibility:(?:hidden|collapse)/,
  /opacity:(?:0|0?\.0+|0\.0+)(?![.\d])/,
  /font-size:(?:0|[0-2](?:\.\d+)?(?:px|pt)|0?\.0\d*r?em)(?![.\d])/,
  /(?:^|[;{])color:(?:transparent|rgba\([^)]*,0(?:\.0+)?\))/,
  /(?:left|right|top|bottom|text-indent|margin-left|margin-top):-\d{3,}/,
  /clip:rect\((?:0|1px)|clip-path:inset\((?:[5-9]\d|100)%/,
  /(?:^|[;{])(?:max-)?(?:height|width):0(?:px)?(?=;|!|$)/,
  /transform:scale[xy]?\(0(?:\.0+)?[,)]/,
];
const whiteText = /(?:^|[;{])color:(?:white|#fff(?:fff)?|rgb\(255,255,255\))(?=;|!|$)/;

/** Whether declarations such as `display: none` keep what they are put on from being seen. */
export function hidesText(style: string): boolean {
  const plain = plainStyle(style).replace(/\s+/g, "");
  if (hiding.some((pattern) => pattern.test(plain))) return true;
  // White on what is not said to be anything else stands on white.
  return whiteText.test(plain) && !plain.includes("background");
}

const longestRule = 10_000;

/** Names of the classes (`.name`) and ids (`#name`) that a style sheet hides. */
export function hiddenSelectors(sheet: string): string[] {
  const rules = new RegExp(`([^{}]{1,${longestRule}})\\{([^{}]{0,${longestRule}})\\}`, "g");
  return [...sheet.matchAll(rules)].flatMap(([, selectors = "", declarations = ""]) =>
    hidesText(declarations) ? selectors.split(",").flatMap(lastName) : [],
  );
}

/** `.note` of `main p.note`; nothing of selectors that end in an element or a state. */
function lastName(selector: string): string[] {
  const [, name] = /([.#][\w-]+)\s*$/.exec(selector) ?? [];
  return name === undefined ? [] : [name];
}
