import { Button } from "../page/Button.tsx";
import { EmptyState } from "../page/EmptyState.tsx";

/** Shown where filters leave nothing over, with the way to take them all away. */
export function NoMatches({ what, onClear }: { what: string; onClear: () => void }) {
  return (
    <EmptyState
      icon="search"
      title={`No ${what} fits these filters`}
      action={<Button onClick={onClear}>Clear all filters</Button>}
    />
  );
}
