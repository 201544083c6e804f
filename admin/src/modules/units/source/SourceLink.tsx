import { useRouterState } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { paths } from "../../../paths.ts";
import { InPlaceLink } from "../../../ui/link/InPlaceLink.tsx";
import { formatSearch, parseSearch } from "../../../ui/link/search-params.ts";
import { quoteParameter } from "./quote-parameter.ts";

type SourceLinkProps = {
  unitId: string;
  /** Of the source within the unit, from 1 on. */
  position: number;
  /** What to mark in it. */
  quotes?: readonly string[];
  /** The lesson that quotes it. */
  lessonId?: string;
  className?: string;
  children: ReactNode;
  "aria-label"?: string;
  "data-reference"?: string;
};

/**
 * Opens the text of a source over the page that the reader is on, which stays where it stands. Outside of the unit's
 * page the text opens over the unit, or over the lesson that quotes it.
 */
export function SourceLink({ unitId, position, quotes = [], lessonId, ...rest }: SourceLinkProps) {
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const searchStr = useRouterState({ select: (state) => state.location.searchStr });
  const unitPath = paths.unit(unitId);
  const isHere = pathname === unitPath || pathname.startsWith(`${unitPath}/`);
  const elsewhere = lessonId === undefined ? unitPath : paths.lesson(unitId, lessonId);
  const search = {
    ...(isHere ? parseSearch(searchStr) : {}),
    source: String(position),
    quote: quoteParameter(quotes),
  };
  return (
    <InPlaceLink {...rest} href={(isHere ? pathname : elsewhere) + formatSearch(search)} replace={isHere} />
  );
}
