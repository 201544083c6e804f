export { ListFilterBar } from "./ListFilterBar.tsx";
export { useListFilters } from "./use-list-filters.ts";
export { useNeighbours } from "./use-neighbours.ts";
