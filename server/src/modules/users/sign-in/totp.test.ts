import { expect, it } from "vitest";
import { codeOfStep, findStep } from "./totp.ts";

// RFC 6238, appendix B: the same secret, the last six of eight digits.
const secret = "12345678901234567890";

it("makes the codes of the standard's table", () => {
  const table = [
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_111_111_111, "050471"],
    [1_234_567_890, "005924"],
    [2_000_000_000, "279037"],
    [20_000_000_000, "353130"],
  ] as const;
  for (const [seconds, code] of table) expect(codeOfStep(secret, Math.floor(seconds / 30))).toBe(code);
});

it("finds the step of a code one step to either side, and no further", () => {
  const at = 1_234_567_890_000;
  const now = Math.floor(at / 30_000);
  for (const drift of [-1, 0, 1])
    expect(findStep(secret, codeOfStep(secret, now + drift), at)).toBe(now + drift);
  for (const drift of [-2, 2]) expect(findStep(secret, codeOfStep(secret, now + drift), at)).toBeNull();
  expect(findStep(secret, "00592", at)).toBeNull();
});
