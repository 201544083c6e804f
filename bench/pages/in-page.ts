// Scripts that run inside the measured page. They are texts because the programs around them run without a browser's types.

/** Notes when the first row of a list stands in the document, in ms from the begin of the navigation. */
export const noteFirstRow = `
  new MutationObserver((_, observer) => {
    if (document.querySelector("tr.table-row") === null) return;
    window.firstRowMs = performance.now();
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
`;

/**
 * Goes to an address inside the page and answers how many ms pass until rows of the list stand there whose first link is
 * another one than before, and its heading is the wanted one.
 */
export function changePlace(address: string, heading: string): string {
  return `(async () => {
    // Without what follows the "?": the way back to the list stands there and changes before the rows do.
    const first = () => [...document.querySelectorAll("tr.table-row a")].slice(0, 20)
      .map((link) => link.getAttribute("href").split("?")[0]).join(" ");
    const before = first();
    const there = () =>
      document.querySelector("h1")?.textContent.startsWith(${JSON.stringify(heading)}) && first() !== "" && first() !== before;
    const begin = performance.now();
    history.pushState({}, "", ${JSON.stringify(address)});
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("no other rows came: ${heading}")), 20000);
      const look = () => {
        if (!there()) return;
        observer.disconnect();
        clearTimeout(timer);
        resolve();
      };
      const observer = new MutationObserver(look);
      observer.observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
      look();
    });
    return performance.now() - begin;
  })()`;
}

/** Scrolls to the end again and again until so many rows are loaded; answers how long that took in ms. */
export function loadRows(wanted: number): string {
  return `(async () => {
    const begin = performance.now();
    const shown = () => Number.parseInt(document.querySelector(".card-foot")?.textContent.replaceAll(",", "") ?? "0", 10);
    let before = 0;
    let changedAt = performance.now();
    while (shown() < ${wanted}) {
      window.scrollTo(0, document.documentElement.scrollHeight);
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (shown() !== before) {
        before = shown();
        changedAt = performance.now();
      }
      if (performance.now() - changedAt > 20000) throw new Error("only " + shown() + " rows came");
    }
    return performance.now() - begin;
  })()`;
}

/** Scrolls through the whole page in so many frames and back, and answers the time between each two frames in ms. */
export function scrollThrough(frames: number, stepPx: number, fromPx: number): string {
  return `(async () => {
    const times = [];
    window.scrollTo(0, ${fromPx});
    await new Promise((resolve) => setTimeout(resolve, 300));
    let before = await new Promise(requestAnimationFrame);
    for (let frame = 0; frame < ${frames}; frame += 1) {
      window.scrollBy(0, ${stepPx});
      const now = await new Promise(requestAnimationFrame);
      times.push(now - before);
      before = now;
    }
    return times;
  })()`;
}

/** Presses the button and answers how many ms pass until the value's lines stand there. */
export const openHugeValue = `(async () => {
  const button = [...document.querySelectorAll("button")].find((each) => each.textContent.startsWith("Show input"));
  const begin = performance.now();
  button.click();
  while (document.querySelector('[role=tree][aria-label="input"] [role=treeitem]') === null) await new Promise(requestAnimationFrame);
  return performance.now() - begin;
})()`;
