import { useSearchParams } from "../link/search-params.ts";
import { shortenId } from "../value/format.ts";
import { ActiveChip } from "./Filters.tsx";

/** A removable chip for every id in the address that narrows the list, such as after following a link. */
export function IdChips({ names }: { names: Record<string, string> }) {
  const [search, change] = useSearchParams();
  return Object.entries(names).map(([name, word]) => {
    const id = search[name];
    if (id === undefined || id === "") return null;
    return (
      <ActiveChip key={name} name={word} value={shortenId(id)} onRemove={() => change({ [name]: "" })} />
    );
  });
}
