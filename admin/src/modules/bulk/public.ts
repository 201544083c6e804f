export { BulkActionCard } from "./BulkActionCard.tsx";
export { BulkBar } from "./BulkBar.tsx";
