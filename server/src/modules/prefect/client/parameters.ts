/** More than that, as JSON, is not kept of a run's parameters: Prefect takes 512 KB of each run, and lists 200 runs at once. */
const mostCharacters = 64 * 1024;
const mostOfOne = 1_000;

/** Parameters as they are, or without the large ones, of which is said how large they are. */
export function keptParameters(
  parameters: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (JSON.stringify(parameters).length <= mostCharacters) return parameters;
  const kept = Object.entries(parameters).map(([name, value]) => {
    const { length } = JSON.stringify(value) ?? "";
    return [name, length <= mostOfOne ? value : `(${Math.ceil(length / 1024)} KB, kept by Prefect)`];
  });
  return Object.fromEntries(kept.slice(0, mostParameters));
}

const mostParameters = 100;
