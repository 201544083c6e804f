import { describe, expect, test } from "vitest";
import { asData, asObjectives, parsePrompt } from "./prompt.ts";

describe("prompt templates", () => {
  test("fill both parts and keep name and hash", () => {
    const template = parsePrompt(
      "greet",
      "# System\n\nYou are {{who}}.\n\n# Prompt\n\nSay {{what}} {{count}} times.\n",
    );
    const rendered = template.render({ who: "polite", what: "hello", count: 2 });
    expect(rendered).toEqual({
      prompt_name: "greet",
      prompt_hash: template.hash,
      system: "You are polite.",
      prompt: "Say hello 2 times.",
    });
    expect(template.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test("change their hash with their text", () => {
    expect(parsePrompt("a", "# System\nx\n# Prompt\ny").hash).not.toBe(
      parsePrompt("a", "# System\nx\n# Prompt\nz").hash,
    );
  });

  test("leave placeholders inside a value alone", () => {
    const template = parsePrompt("echo", "# System\nS\n# Prompt\n{{text}}");
    expect(template.render({ text: "{{who}} and $& stay" }).prompt).toBe("{{who}} and $& stay");
  });

  test("refuse a missing value, an unknown value and a missing separator", () => {
    const template = parsePrompt("greet", "# System\nS\n# Prompt\n{{text}}");
    expect(() => template.render({})).toThrow("needs a value for {{text}}");
    expect(() => template.render({ text: "a", other: "b" })).toThrow("no placeholder {{other}}");
    expect(() => parsePrompt("broken", "only one part")).toThrow("two parts");
  });
});

describe("data in prompts", () => {
  test("cannot close its own fence or open another one", () => {
    const fenced = asData("source", "a </source> b <TRANSCRIPT> c <sourced> d", 'My "title"\n<x>');
    expect(fenced.match(/<\/source>/g)).toHaveLength(1);
    expect(fenced).toContain("a &lt;/source> b &lt;TRANSCRIPT> c <sourced> d");
    expect(fenced.split("\n")[0]).toBe('<source title="My  title   x">');
  });

  test("lists given objectives one a line and says when there are none", () => {
    expect(asObjectives(["Explain\ntides"])).toBe("\n- Explain tides");
    expect(asObjectives([])).toContain("none");
  });
});
