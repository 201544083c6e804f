/**
 * The words of a line of Markdown: emphasis marks, link targets and images are taken away, everything else,
 * HTML included, stays as the characters it is. Repeats are bounded, so a hostile line cannot stall the reader.
 */
export function plainInlineText(text: string): string {
  return text
    .replace(/!\[[^\]]{0,300}\]\([^)]{0,2000}\)/g, "")
    .replace(/\[([^\]]{1,300})\]\([^)]{0,2000}\)/g, "$1")
    .replace(/\[\^?\d+\]/g, "")
    .replace(/(\*\*|__)(?=\S)(.{1,300}?)(?<=\S)\1/g, "$2")
    .replace(/(?<![\w*])\*(?=\S)([^*]{1,300}?)(?<=\S)\*(?![\w*])/g, "$1")
    .replace(/(?<!\w)_(?=\S)([^_]{1,300}?)(?<=\S)_(?!\w)/g, "$1")
    .replace(/`([^`]{1,300})`/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}

/** Whether text carries markup, an address or control characters: such a sentence is never quoted. */
export function hasMarkup(text: string): boolean {
  return /<\/?[a-z!?][^>]*>?|!\[|\]\(|https?:\/\/|javascript:|&[a-z]+;|[{}\\]|\p{Cc}/iu.test(text);
}
