import { describe, expect, it } from "vitest";
import { detectEnglish } from "./language.ts";

describe("detectEnglish", () => {
  it.each([
    [
      "plain prose",
      "The tide is the rise and fall of the sea, which is caused by the pull of the Moon and of the Sun.",
    ],
    [
      "technical prose",
      "A compiler is a program that translates source code into machine code before the program is run.",
    ],
  ])("accepts English: %s", (_name, text) => {
    expect(detectEnglish(text.repeat(4))).toMatchObject({ is_english: true });
    expect(detectEnglish(text.repeat(4)).confidence).toBeGreaterThan(0.5);
  });

  it.each([
    [
      "German",
      "Das Wasser steigt und fällt zweimal am Tag, weil der Mond das Meer mit seiner Kraft anzieht.",
    ],
    [
      "French",
      "La marée est le mouvement de la mer, qui monte et descend deux fois par jour sous l'effet de la Lune.",
    ],
    [
      "Spanish",
      "La marea es el movimiento del mar que sube y baja dos veces al día por la fuerza de la Luna.",
    ],
    [
      "Dutch",
      "Het getij is de beweging van de zee, die twee keer per dag stijgt en daalt door de kracht van de maan.",
    ],
    ["Russian", "Прилив и отлив вызваны притяжением Луны, которое действует на воды океана каждый день."],
    ["nothing", ""],
  ])("refuses %s", (_name, text) => {
    expect(detectEnglish(text.repeat(4)).is_english).toBe(false);
  });
});
