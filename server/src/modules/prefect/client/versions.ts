/** Older ones lack what the mirror relies on: heartbeats of flow runs and how a retry is rescheduled. */
export const oldestVersion = "3.6.22";

/** Whether a server of this package version is one that we can read and steer: Prefect 3, not older than above. */
export function isCompatibleVersion(version: string): boolean {
  const found = parseVersion(version);
  const oldest = parseVersion(oldestVersion);
  if (found === null || oldest === null || found[0] !== oldest[0]) return false;
  for (let place = 1; place < 3; place += 1) {
    const difference = (found[place] ?? 0) - (oldest[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function parseVersion(version: string): [number, number, number] | null {
  const parts = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  return parts === null ? null : [Number(parts[1]), Number(parts[2]), Number(parts[3] ?? 0)];
}
