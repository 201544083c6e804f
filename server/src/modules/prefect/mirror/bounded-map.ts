/** A map that forgets what was used longest ago once its entries are larger than `limit` together. */
export interface BoundedMap<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  delete(key: Key): void;
  clear(): void;
}

/** `sizeOf` a value never changes while it is in the map; without it the entries are counted. The last one set always stays. */
export function createBoundedMap<Key, Value>(
  limit: number,
  sizeOf: (value: Value) => number = () => 1,
): BoundedMap<Key, Value> {
  // A Map keeps the order of insertion: the first entry is the one that was used longest ago.
  const entries = new Map<Key, Value>();
  let size = 0;

  function remove(key: Key): void {
    const value = entries.get(key);
    if (value === undefined) return;
    entries.delete(key);
    size -= sizeOf(value);
  }

  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      remove(key);
      entries.set(key, value);
      size += sizeOf(value);
      for (const oldest of entries.keys()) {
        if (size <= limit || entries.size === 1) break;
        remove(oldest);
      }
    },
    delete: remove,
    clear() {
      entries.clear();
      size = 0;
    },
  };
}
