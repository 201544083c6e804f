import { useSearchParams } from "../link/search-params.ts";
import { StatusChip } from "./Filters.tsx";

/** One chip per status, bound to `status` in the address; one of them can be in force. */
export function StatusFilter({ statuses }: { statuses: readonly string[] }) {
  const [search, change] = useSearchParams();
  return statuses.map((status) => (
    <StatusChip
      key={status}
      status={status}
      pressed={search.status === status}
      onToggle={() => change({ status: search.status === status ? "" : status })}
    />
  ));
}
