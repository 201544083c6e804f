import os from "node:os";

/** Middle of the values; of an even number the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + high) / 2;
}

/** "1.234 s (min 1.2, max 1.3, N 5)" in the given unit. */
export function describeRuns(values: readonly number[], unit: string, digits = 2): string {
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)].map((value) =>
    value.toFixed(digits),
  );
  return `${middle} ${unit} (min ${low}, max ${high}, N ${values.length})`;
}

/** Prints a Markdown table with the machine above it. */
export function printMeasured(title: string, rows: readonly (readonly [string, string])[]): void {
  const cpu = os.cpus()[0]?.model ?? "unknown processor";
  const memory = Math.round(os.totalmem() / 1024 ** 3);
  console.log(`\n### ${title}\n`);
  console.log(
    `${os.cpus().length} cores (${cpu}), ${memory} GB, ${os.type()} ${os.release()}, Node ${process.versions.node}\n`,
  );
  console.log("| what | measured |\n|---|---|");
  for (const [what, measured] of rows) console.log(`| ${what} | ${measured} |`);
}
