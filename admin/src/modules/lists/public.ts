export { EntityPicker } from "./EntityPicker.tsx";
export { ListFilterBar } from "./ListFilterBar.tsx";
export { momentOf, toLocalInput } from "./range-values.ts";
export { useListFilters } from "./use-list-filters.ts";
export { useNeighbours } from "./use-neighbours.ts";
