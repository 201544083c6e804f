export { rememberPlace } from "./recent-places.ts";
export { type SearchHit, useSearch } from "./search-api.ts";

/** The palette's code, fetched when it is first needed. */
export const loadPalette = () => import("./Palette.tsx");
