import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

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

/**
 * Turns Markdown of unknown origin into HTML that cannot act: raw HTML arrives as text, images are named instead of
 * loaded, links lead to http, https and mail addresses only and carry `rel="noopener noreferrer nofollow"`.
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
  template.innerHTML = html;
  replaceImages(template.content);
  cleanLinks(template.content);
  return template.innerHTML;
}
