import type { Block } from "../../content/public.ts";

/** All words of the blocks, code and tables included, one block a paragraph. */
export function textOfBlocks(blocks: readonly Block[]): string {
  return blocks.map(textOfBlock).join("\n\n");
}

function textOfBlock(block: Block): string {
  switch (block.type) {
    case "heading":
    case "code":
      return block.text;
    case "paragraph":
      return block.spans.map(({ text }) => text).join(" ");
    case "list":
      return block.items.map((item) => item.map(({ text }) => text).join(" ")).join("\n");
    case "table":
      return block.rows.map((cells) => cells.join(" ")).join("\n");
  }
}
