import { type AnchorHTMLAttributes, createContext, type ReactNode, useContext } from "react";
import { AppLink } from "./AppLink.tsx";
import { formatSearch, parseSearch, type SearchParams } from "./search-params.ts";

const wholeList = "all";

/** Writes a list's filters as one short value for the address of a detail page: `status:failed;time:24h`, or `all`. */
export function encodeTrail(filters: SearchParams): string {
  const parts = Object.entries(filters)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}:${value.replaceAll("%", "%25").replaceAll(";", "%3B")}`);
  return parts.length === 0 ? wholeList : parts.join(";");
}

/** Reads what `encodeTrail` wrote; parts that are none are left out. */
export function decodeTrail(trail: string): SearchParams {
  const filters: SearchParams = {};
  for (const part of trail === wholeList ? [] : trail.split(";")) {
    const colon = part.indexOf(":");
    if (colon < 1) continue;
    filters[part.slice(0, colon)] = part
      .slice(colon + 1)
      .replaceAll("%3B", ";")
      .replaceAll("%25", "%");
  }
  return filters;
}

/** The list that the rows inside belong to, as `encodeTrail` writes it; null outside of a list page. */
export const ListTrail = createContext<string | null>(null);

/** An address with the list it was reached from. */
export function withTrail(href: string, trail: string | null): string {
  if (trail === null) return href;
  const [path = "", search = ""] = href.split("?", 2);
  return path + formatSearch({ ...parseSearch(search), in: trail });
}

type RowLinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> & {
  href: string;
  children: ReactNode;
};

/** The link from a row to its own page; on a list page it takes the list along, so that its neighbours are one key away. */
export function RowLink({ href, ...rest }: RowLinkProps) {
  return <AppLink href={withTrail(href, useContext(ListTrail))} {...rest} />;
}
