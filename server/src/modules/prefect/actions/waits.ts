/** How long what was asked may wait for Prefect before it is given up. */
export const actionLifeMs = 30 * 60_000;
/** How long one sender has for what it took; far above the time limit of its calls. */
export const sendLeaseMs = 60_000;
/** From then on a lost answer that reading does not decide is shown, and the same may be asked again. */
export const undecidedAfterMs = 30_000;

/** From half a second to 10 s, doubled with each attempt. */
export function waitAfter(attempts: number): number {
  return Math.min(10_000, 500 * 2 ** Math.min(attempts - 1, 10));
}
