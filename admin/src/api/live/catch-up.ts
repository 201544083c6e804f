const pauseMs = 1500;

/**
 * Reads again after gaps: at once after the first, and once more behind those that came within 1.5 s of it, so that a
 * stream full of gaps is no storm of requests and the last gap is always followed by a read.
 */
export function createCatchUp(readAgain: () => void): { ask: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsked = false;
  const run = () => {
    isAsked = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (isAsked) run();
    }, pauseMs);
    readAgain();
  };
  return {
    ask: () => {
      if (timer === undefined) run();
      else isAsked = true;
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
