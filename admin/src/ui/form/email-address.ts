/** Whether a text has the shape of an e-mail address. It catches slips; what an address is, the server decides. */
export function isEmailAddress(text: string): boolean {
  return /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/.test(text);
}
