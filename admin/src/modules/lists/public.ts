export { EntityName } from "./EntityName.tsx";
export { ListFilterBar } from "./ListFilterBar.tsx";
export { PersonAndTime } from "./PersonAndTime.tsx";
export { momentOf, toLocalInput } from "./range-values.ts";
export { useListFilters } from "./use-list-filters.ts";
export { useNeighbours } from "./use-neighbours.ts";
