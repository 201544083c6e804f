import { authorization } from "../../server/test/product.ts";

export interface AnswerTimes {
  readonly what: string;
  readonly times: readonly number[];
  readonly kilobytes: number;
}

/** Asks one address again and again, `pauseMs` apart, the first time unmeasured; answers the times in ms. */
export async function measureAnswer(
  url: string,
  what: string,
  pathOf: (turn: number) => string,
  turns: number,
  pauseMs = 0,
): Promise<AnswerTimes> {
  const headers = authorization(url);
  const times: number[] = [];
  let kilobytes = 0;
  for (let turn = -1; turn < turns; turn += 1) {
    const route = pathOf(turn);
    const begin = performance.now();
    const answer = await fetch(`${url}/api/v1${route}`, { headers });
    const text = await answer.text();
    const took = performance.now() - begin;
    if (!answer.ok) throw new Error(`GET ${route}: ${answer.status} ${text.slice(0, 300)}`);
    if (turn >= 0) times.push(took);
    kilobytes = text.length / 1000;
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return { what, times, kilobytes };
}
