import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type ApiRows, getJson } from "../../api/client.ts";

/** What was found, grouped by kind. */
export type SearchAnswer = ApiRows["search"];
/** The things of one kind that fit. */
export type SearchGroup = SearchAnswer["groups"][number];
/** One thing that fits, with the reason. */
export type SearchHit = SearchGroup["hits"][number];
/** What can be searched for. */
export type SearchKind = SearchHit["kind"];

const settleMs = 120;
const longestQuery = 200;

/** The text as it is searched for: trimmed, without control characters, at most 200 characters. */
export function searchableText(text: string): string {
  return text
    .replace(/\p{Cc}/gu, "")
    .trim()
    .slice(0, longestQuery);
}

/** Searches everything that has an id, a title, a name or an error. @throws ApiError, OutageError. */
export function searchAll(query: string, limit: number, signal?: AbortSignal): Promise<SearchAnswer> {
  return getJson<SearchAnswer>("/admin/search", signal, { q: query, limit });
}

/** A value once it has stood still for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), settleMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** What is known about a text while it is typed: the former answer is aborted as soon as the text changes. */
export type SearchState = {
  answer: SearchAnswer | undefined;
  error: Error | null;
  /** True until the answer to the text as it stands has come. */
  searching: boolean;
};

/** Searches for a text as it is typed. */
export function useSearch(text: string, limit: number): SearchState {
  const wanted = searchableText(text);
  const settled = useSettled(wanted);
  const query = useQuery({
    queryKey: ["search", settled, limit],
    queryFn: ({ signal }) => searchAll(settled, limit, signal),
    enabled: settled !== "" && wanted !== "",
    // What was found a minute ago may have ended since.
    staleTime: 10_000,
    retry: false,
    // What was found for the text before stays until the answer comes, so that nothing jumps at each key.
    placeholderData: keepPreviousData,
  });
  if (wanted === "") return { answer: undefined, error: null, searching: false };
  const current = settled === wanted;
  const error = current ? query.error : null;
  return {
    answer: error === null ? query.data : undefined,
    error,
    searching: !current || query.isFetching,
  };
}
