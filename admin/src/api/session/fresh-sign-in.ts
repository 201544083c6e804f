/** Lets the person show again who they are; answers whether they did. */
export type AskAgain = () => Promise<boolean>;

let ask: AskAgain | undefined;
let asking: Promise<boolean> | undefined;

/** Names what asks the person, until the answered function is called. */
export function answerFreshSignIn(by: AskAgain): () => void {
  ask = by;
  return () => {
    if (ask === by) ask = undefined;
  };
}

/** Asks the person to show again who they are, once for all requests that wait for it. False when nobody can be asked. */
export function askFreshSignIn(): Promise<boolean> {
  if (ask === undefined) return Promise.resolve(false);
  asking ??= ask().finally(() => {
    asking = undefined;
  });
  return asking;
}
