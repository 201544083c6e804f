import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { createTrustedPolicy } from "../../trusted-types.ts";

// Stays in this file: no other text becomes HTML.
const policy = createTrustedPolicy("coursewright-markdown", { createHTML: (html: string) => html });

const allowedLink = /^(https?:|mailto:)/i;

function cleanLinks(root: DocumentFragment): void {
  for (const link of root.querySelectorAll("a")) {
    const address = link.getAttribute("href") ?? "";
    if (!allowedLink.test(address) && !address.startsWith("#")) {
      link.replaceWith(...link.childNodes);
      continue;
    }
    link.setAttribute("rel", "noopener noreferrer nofollow");
    if (!address.startsWith("#")) link.setAttribute("target", "_blank");
  }
}

function replaceImages(root: DocumentFragment): void {
  for (const image of root.querySelectorAll("img")) {
    const words = document.createElement("span");
    words.className = "image-left-out";
    words.textContent = `image not loaded: ${image.alt === "" ? "no description" : image.alt}`;
    image.replaceWith(words);
  }
}

const deepestHeading = 6;

/** A page has one h1 and its cards have h2: what a text calls its headings comes below them. */
function lowerHeadings(root: DocumentFragment): void {
  for (const heading of root.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const level = Math.min(Number(heading.tagName.slice(1)) + 2, deepestHeading);
    const lower = document.createElement(`h${level}`);
    lower.append(...heading.childNodes);
    heading.replaceWith(lower);
  }
}

/**
 * Turns Markdown of unknown origin into HTML that cannot act: raw HTML arrives as text, images are named instead of
 * loaded, links lead to http, https and mail addresses only and carry `rel="noopener noreferrer nofollow"`, headings stand
 * two levels lower.
 */
export function renderMarkdown(markdown: string): string {
  const html = micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: false,
    allowDangerousProtocol: false,
  });
  // A template's content has no browsing context: nothing in it loads or runs while it is cleaned.
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  replaceImages(template.content);
  cleanLinks(template.content);
  lowerHeadings(template.content);
  return policy.createHTML(template.innerHTML);
}
