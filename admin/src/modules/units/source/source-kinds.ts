import type { UnitDetail } from "../../../api/content-rows.ts";

/** Where a source comes from, in words. */
export const sourceKindWords: Record<UnitDetail["sources"][number]["kind"], string> = {
  text: "pasted text",
  file: "file",
  url: "page",
  generated: "written by a model",
  supplemental: "added by a model",
};
