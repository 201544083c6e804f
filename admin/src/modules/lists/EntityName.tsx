import { useItemQuery } from "../../api/item-query.ts";
import { shortenId } from "../../ui/value/format.ts";
import type { FilteredEntity } from "./filters.ts";

const sources: Partial<Record<FilteredEntity, string>> = {
  unit: "/content/units/",
  user: "/admin/users/",
};

/** The name of a thing that only its id is known of; the shortened id until it is read, or when it is gone. */
export function EntityName({ entity, id }: { entity: FilteredEntity; id: string }) {
  const source = sources[entity];
  const found = useItemQuery<{ title?: string; name?: string }>(source === undefined ? null : source + id);
  const name = found.data?.title ?? found.data?.name;
  return <bdi title={id}>{name ?? shortenId(id)}</bdi>;
}
