import { ask } from "../../server/test/product.ts";

const pageSize = 50;

export interface ListTimes {
  readonly ours: readonly number[];
  readonly peers: readonly number[];
}

/** Reads the newest page of runs from both, by turns; answers the times in ms. */
export async function compareLists(url: string, api: string, turns: number): Promise<ListTimes> {
  const ours: number[] = [];
  const peers: number[] = [];
  const readOurs = () => ask(url, `/flow-engine/runs?engine=prefect&limit=${pageSize}`).then(itemsOf);
  const readPeers = () =>
    fetch(`${api}/flow_runs/filter`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ sort: "START_TIME_DESC", limit: pageSize }),
    }).then(itemsOf);
  // The first of each is left out.
  for (let turn = -1; turn < turns; turn += 1) {
    for (const [read, times] of [
      [readOurs, ours],
      [readPeers, peers],
    ] as const) {
      const begin = performance.now();
      const count = await read();
      const took = performance.now() - begin;
      if (count !== pageSize) throw new Error(`A page held ${count} runs`);
      if (turn >= 0) times.push(took);
    }
  }
  return { ours, peers };
}

async function itemsOf(answer: Response): Promise<number> {
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
  // Ours is a page with items, the peer's is a list.
  const body = (await answer.json()) as { items: unknown[] } | unknown[];
  return Array.isArray(body) ? body.length : body.items.length;
}
