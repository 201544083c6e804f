/** A stable 32-bit number for a text (FNV-1a); the provider has no other source of chance. */
export function numberFor(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** One element of a list, the same for the same key. @throws RangeError on an empty list. */
export function pick<T>(list: readonly T[], key: string): T {
  return at(list, numberFor(key));
}

/** The element at an index that may run past the end: it wraps. @throws RangeError on an empty list. */
export function at<T>(list: readonly T[], index: number): T {
  if (list.length === 0) throw new RangeError("Nothing to choose from: the list is empty.");
  // Holds: the index is reduced into the list, which is not empty.
  return list[index % list.length] as T;
}

/** The list in an order that depends on the key only. */
export function shuffled<T>(list: readonly T[], key: string): T[] {
  return list
    .map((item, index) => ({ item, rank: numberFor(`${key}/${index}`) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
