/** Whether the server would answer a load of the page. */
export async function serverAnswers(): Promise<boolean> {
  try {
    return (await fetch("/healthz", { cache: "no-store" })).ok;
  } catch {
    // No connection: loading the page now would leave the reader with the browser's own error page.
    return false;
  }
}
