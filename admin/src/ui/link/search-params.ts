import { useRouter, useRouterState } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

/** Parameters of an address as plain text, each name once. */
export type SearchParams = Record<string, string>;

/** Reads `?a=1&b=x` as text only: ids that look like numbers stay what they are. */
export function parseSearch(search: string): SearchParams {
  return Object.fromEntries(new URLSearchParams(search));
}

/** Writes parameters without empty ones, commas, colons and semicolons left readable. */
export function formatSearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === "string" && value !== "") params.set(name, value);
  }
  const text = params.toString().replace(/%(2C|3A|3B)/g, (code) => decodeURIComponent(code));
  return text === "" ? "" : `?${text}`;
}

/** The page's parameters and a way to change some of them: filters, open rows and selected tabs live in the address. */
export function useSearchParams(): [SearchParams, (patch: SearchParams) => void] {
  const router = useRouter();
  const text = useRouterState({ select: (state) => state.location.searchStr });
  const search = useMemo(() => parseSearch(text), [text]);
  const change = useCallback(
    (patch: SearchParams) => {
      const { pathname, searchStr } = router.state.location;
      const next = formatSearch({ ...parseSearch(searchStr), ...patch });
      void router.navigate({ href: pathname + next, replace: true, resetScroll: false });
    },
    [router],
  );
  return [search, change];
}

/** A set of keys in one parameter, such as the open rows: `open=a,b`. */
export function useOpenKeys(name: string): [ReadonlySet<string>, (key: string) => void] {
  const [search, change] = useSearchParams();
  const text = search[name] ?? "";
  const keys = useMemo(() => new Set(text.split(",").filter((key) => key !== "")), [text]);
  const toggle = useCallback(
    (key: string) => {
      const next = new Set(keys);
      if (!next.delete(key)) next.add(key);
      change({ [name]: [...next].join(",") });
    },
    [keys, change, name],
  );
  return [keys, toggle];
}
