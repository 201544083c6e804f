import { useSearchParams } from "../link/search-params.ts";
import { Button } from "../page/Button.tsx";
import { EmptyState } from "../page/EmptyState.tsx";

/** Shown where filters leave nothing over; takes the named filters away again. */
export function NoMatches({ what, names }: { what: string; names: readonly string[] }) {
  const [, change] = useSearchParams();
  const clear = () => change(Object.fromEntries(names.map((name) => [name, ""])));
  return (
    <EmptyState
      icon="search"
      title={`No ${what} fits these filters`}
      action={<Button onClick={clear}>Remove all filters</Button>}
    />
  );
}
