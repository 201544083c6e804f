import { setTimeout as sleep } from "node:timers/promises";

export interface PeerState {
  readonly id: string;
  readonly type: string;
}

export interface PeerRun {
  readonly id: string;
  readonly state: PeerState | null;
}

// On SQLite it answers so while another write is under way.
const busy = 503;
const mostTries = 50;

/** Asks the peer's API, again while its database is busy; the caller names the shape that its reference gives for the route. */
export async function ask<Answer>(api: string, route: string, body?: unknown): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch(`${api}${route}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    // As the caller says.
    if (answer.ok) return JSON.parse(text) as Answer;
    if (answer.status !== busy || tries === mostTries)
      throw new Error(`${route}: ${answer.status} ${text.slice(0, 300)}`);
    await sleep(20);
  }
}

/** Puts a flow run into a state, whatever its rules say; answers the state that it is in then. */
export async function setState(
  api: string,
  runId: string,
  state: { readonly type: string },
): Promise<PeerState> {
  const answer = await ask<{ status: string; state: PeerState }>(api, `/flow_runs/${runId}/set_state`, {
    state,
    force: true,
  });
  if (answer.status !== "ACCEPT") throw new Error(`The peer did not take ${state.type}: ${answer.status}`);
  return answer.state;
}

/** How many flow runs are in a state of this type. */
export function countRuns(api: string, type: string): Promise<number> {
  return ask<number>(api, "/flow_runs/count", { flow_runs: { state: { type: { any_: [type] } } } });
}
