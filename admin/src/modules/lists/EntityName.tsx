import { useItemQuery } from "../../api/item-query.ts";
import { useMay } from "../../api/session/use-session.ts";
import { shortenId } from "../../ui/value/format.ts";
import { shortName } from "../../ui/value/visible-text.ts";
import { useConnections } from "../engines/public.ts";
import type { FilteredEntity } from "./filters.ts";

const sources: Partial<Record<FilteredEntity, string>> = {
  unit: "/content/units/",
  user: "/admin/users/",
};

type EntityNameProps = { entity: FilteredEntity; id: string };

/** The name of a thing that only its id is known of; the shortened id until it is read, or when it is gone. */
export function EntityName({ entity, id }: EntityNameProps) {
  return entity === "connection" ? <ConnectionName id={id} /> : <ReadName entity={entity} id={id} />;
}

function ConnectionName({ id }: { id: string }) {
  const found = useConnections().data?.find((connection) => connection.id === id);
  return <bdi title={id}>{found === undefined ? shortenId(id) : shortName(found.name, 80)}</bdi>;
}

function ReadName({ entity, id }: EntityNameProps) {
  const seesPeople = useMay("admin").may;
  const source = entity === "user" && !seesPeople ? undefined : sources[entity];
  const found = useItemQuery<{ title?: string; name?: string }>(source === undefined ? null : source + id);
  const name = found.data?.title ?? found.data?.name;
  return <bdi title={id}>{name ?? shortenId(id)}</bdi>;
}
