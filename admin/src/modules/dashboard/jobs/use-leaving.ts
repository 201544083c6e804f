import { useEffect, useState } from "react";

/** One thing of a list that is there, or one that has just left and is still being seen off. */
export type Place<Item> = { key: string; item: Item; isLeaving: boolean };

const leavingMs = 180;

const wantsNoMotion = () =>
  typeof window.matchMedia === "function" && window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The new list with what has left of the former one still standing behind its old neighbour. */
export function withLeaving<Item>(
  before: readonly Place<Item>[],
  items: readonly Item[],
  keyOf: (item: Item) => string,
): Place<Item>[] {
  const places = items.map((item) => ({ key: keyOf(item), item, isLeaving: false }));
  const present = new Set(places.map(({ key }) => key));
  before.forEach((place, index) => {
    if (present.has(place.key)) return;
    const neighbour = before[index - 1]?.key;
    const at = places.findIndex(({ key }) => key === neighbour) + 1;
    places.splice(at, 0, { ...place, isLeaving: true });
  });
  return places;
}

/** Keeps what leaves a list for 180 ms, so that it is seen to leave; for readers who want no motion it is gone at once. */
export function useLeaving<Item>(items: readonly Item[], keyOf: (item: Item) => string): Place<Item>[] {
  const [places, setPlaces] = useState(() => withLeaving([], items, keyOf));
  const [known, setKnown] = useState(items);
  if (known !== items) {
    setKnown(items);
    setPlaces(withLeaving(wantsNoMotion() ? [] : places, items, keyOf));
  }
  const leaving = places
    .filter(({ isLeaving }) => isLeaving)
    .map(({ key }) => key)
    .join();
  useEffect(() => {
    if (leaving === "") return;
    const timer = setTimeout(() => setPlaces((now) => now.filter(({ isLeaving }) => !isLeaving)), leavingMs);
    return () => clearTimeout(timer);
  }, [leaving]);
  return places;
}
