import { inject } from "vitest";

/** API of the Prefect server that no other file uses at the same time. What earlier files left there stays. */
export function ownPrefectApi(): string {
  const place = Number(process.env.VITEST_POOL_ID) - 1;
  const apiUrl = inject("prefectApiUrls")[place];
  if (apiUrl === undefined) throw new Error(`There is no Prefect server for place ${place}.`);
  return apiUrl;
}
