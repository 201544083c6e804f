import type { IconName } from "../../ui/icon/icon-shapes.tsx";
import { iconShapes } from "../../ui/icon/icon-shapes.tsx";

/** A place that was visited in this tab. */
export type RecentPlace = { href: string; word: string; kind: string; icon: IconName };

const storageKey = "coursewright.recent-places";
const keptPlaces = 8;

function isPlace(value: unknown): value is RecentPlace {
  if (typeof value !== "object" || value === null) return false;
  const place: Partial<Record<keyof RecentPlace, unknown>> = value;
  return (
    typeof place.href === "string" &&
    place.href.startsWith("/") &&
    typeof place.word === "string" &&
    typeof place.kind === "string" &&
    typeof place.icon === "string" &&
    place.icon in iconShapes
  );
}

/** The places visited last in this tab, newest first. */
export function readRecentPlaces(): RecentPlace[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isPlace).slice(0, keptPlaces) : [];
  } catch {
    // A browser without a store, or somebody else's text in it: there is nothing to offer then.
    return [];
  }
}

/** Remembers a visit; a place visited again moves to the front. */
export function rememberPlace(place: RecentPlace): void {
  const others = readRecentPlaces().filter((one) => one.href !== place.href);
  try {
    sessionStorage.setItem(storageKey, JSON.stringify([place, ...others].slice(0, keptPlaces)));
  } catch {
    // A browser without a store offers no recent places; everything else works.
  }
}
