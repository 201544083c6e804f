import { shortName } from "../../../ui/value/visible-text.ts";

// In this order: most browsers also call themselves by the names of those below.
const browsers: readonly [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\bOPR\/|\bOpera\b/, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\bHeadlessChrome\//, "Chrome without a window"],
  [/\b(?:Chrome|CriOS|Chromium)\//, "Chrome"],
  [/\bVersion\/[\d.]+.*\bSafari\//, "Safari"],
];

const systems: readonly [RegExp, string][] = [
  [/\biPhone\b/, "an iPhone"],
  [/\biPad\b/, "an iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b|\bMacintosh\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

const wordOf = (table: readonly [RegExp, string][], text: string) =>
  table.find(([pattern]) => pattern.test(text))?.[1];

/**
 * What a browser or program calls itself, in words: "Firefox on Linux", "curl". Only a hint, because anybody can send any
 * such text; one that is not known is shown as it came.
 */
export function browserWords(userAgent: string | null): string {
  if (userAgent === null || userAgent.trim() === "") return "a program without a name";
  const browser = wordOf(browsers, userAgent);
  const system = wordOf(systems, userAgent);
  if (browser !== undefined) return system === undefined ? browser : `${browser} on ${system}`;
  const program = /^([A-Za-z][\w.-]{0,30})\/[\w.]/.exec(userAgent)?.[1];
  if (program !== undefined && program !== "Mozilla") return program;
  return shortName(userAgent, 60);
}
