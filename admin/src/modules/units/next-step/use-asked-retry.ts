import { type RefObject, useEffect, useRef } from "react";
import { useSearchParams } from "../../../ui/link/search-params.ts";

/**
 * `retry` in the address asks for the choice: it is brought into sight and takes the keyboard once it is `ready`, and
 * the word leaves the address so that it asks only once. Answers the place to put the choice.
 */
export function useAskedRetry(ready: boolean): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const [search, change] = useSearchParams();
  const asked = search.retry !== undefined;
  useEffect(() => {
    if (!asked || !ready) return;
    // One frame later, when the palette that asked is closed and has given the keyboard back.
    const frame = requestAnimationFrame(() => {
      place.current?.scrollIntoView({ block: "center" });
      place.current?.querySelector<HTMLElement>("input:checked")?.focus({ preventScroll: true });
      change({ retry: "" });
    });
    return () => cancelAnimationFrame(frame);
  }, [asked, ready, change]);
  return place;
}
