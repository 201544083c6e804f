import { useEffect, useState } from "react";
import { ApiError } from "../../../api/problem.ts";

/** Seconds until the same may be tried again after a refusal that names them; 0 when it may be tried now. */
export function useWait(error: Error | null): number {
  const waitS = error instanceof ApiError ? (error.retry_after_s ?? 0) : 0;
  const [leftS, setLeftS] = useState(waitS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each refusal begins its own wait
  useEffect(() => {
    const until = performance.now() + waitS * 1000;
    setLeftS(waitS);
    if (waitS === 0) return;
    const timer = setInterval(() => {
      const left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
      setLeftS(left);
      if (left === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [error, waitS]);
  return leftS;
}

/** `12 s`, `3 min`: a wait in words. */
export function waitWords(seconds: number): string {
  return seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
