import { describe, expect, test } from "vitest";
import { renderMarkdown } from "./markdown-html.ts";

function rendered(markdown: string): HTMLElement {
  const place = document.createElement("div");
  place.innerHTML = renderMarkdown(markdown);
  return place;
}

const attacks = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  '<iframe src="https://evil.example"></iframe>',
  "<svg onload=alert(1)>",
  "<style>body{display:none}</style>",
  '<a href="javascript:alert(1)">x</a>',
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](data:text/html,<script>alert(1)</script>)",
  "[x](vbscript:msgbox)",
  "<javascript:alert(1)>",
  "![x](https://evil.example/pixel.png)",
  '![x](x "onerror=alert(1)")',
  "[x](//evil.example/path)",
  "[ref]\n\n[ref]: javascript:alert(1)",
  "<div style='position:fixed;inset:0'>",
  "| a |\n|---|\n| <b onmouseover=alert(1)>x</b> |",
];

describe("text of unknown origin", () => {
  test.each(attacks)("cannot act through %s", (attack) => {
    const place = rendered(attack);
    expect(place.querySelector("script, img, iframe, svg, style, form, object, embed, b")).toBeNull();
    for (const element of place.querySelectorAll("*")) {
      const names = element.getAttributeNames();
      expect(names.filter((name) => name.startsWith("on") || name === "style" || name === "src")).toEqual([]);
    }
    for (const link of place.querySelectorAll("a")) {
      expect(link.getAttribute("href")).toMatch(/^(https?:|mailto:|#)/i);
    }
  });

  test("keeps raw HTML readable as text", () => {
    expect(rendered("a <b>bold</b> claim").textContent).toContain("<b>bold</b>");
  });

  test("names an image instead of loading it", () => {
    expect(rendered("![a cat](https://x.example/c.png)").textContent?.trim()).toBe("image not loaded: a cat");
  });

  test("opens outside links apart and tells them nothing", () => {
    const link = rendered("[NOAA](https://noaa.gov)").querySelector("a");
    expect(link?.getAttribute("rel")).toBe("noopener noreferrer nofollow");
    expect(link?.getAttribute("target")).toBe("_blank");
  });

  test("draws tables and lists", () => {
    const place = rendered("| a | b |\n|---|---|\n| 1 | 2 |\n\n- x\n- y");
    expect(place.querySelectorAll("td")).toHaveLength(2);
    expect(place.querySelectorAll("li")).toHaveLength(2);
  });

  test("has its headings below those of the page", () => {
    const place = rendered("# One\n\n## Two *and* a half\n\n###### Six");
    expect([...place.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(({ outerHTML }) => outerHTML)).toEqual([
      "<h3>One</h3>",
      "<h4>Two <em>and</em> a half</h4>",
      "<h6>Six</h6>",
    ]);
  });
});
