import { createContext, type ReactNode, useContext } from "react";
import { useWordsOfNow } from "../../ui/value/clock.ts";

/** The moment that everything on the page is of. */
export type AnswerMoment = {
  /** The server's time of the answer, ISO 8601. */
  as_of: string;
  /** When the answer came, on this page's clock in milliseconds. The server's clock may be another: only its differences count. */
  readAt: number;
  /** Nothing moves and nothing can be done in the past. */
  isPast: boolean;
  /** Asks for everything again after somebody did something. */
  onChanged: () => void;
};

const MomentContext = createContext<AnswerMoment | null>(null);

/** Tells the parts of the page which moment they show. */
export function AnswerMomentProvider({ value, children }: { value: AnswerMoment; children: ReactNode }) {
  return <MomentContext value={value}>{children}</MomentContext>;
}

/** The moment on show. @throws when used outside of the monitor, which is a mistake in the page. */
export function useAnswerMoment(): AnswerMoment {
  const moment = useContext(MomentContext);
  if (moment === null) throw new Error("useAnswerMoment needs an AnswerMomentProvider above it.");
  return moment;
}

/** Words that depend on the milliseconds since the answer, moving once a second; for a past moment they stand still. */
export function useWordsSince(words: (sinceAnswerMs: number) => string): string {
  const { readAt, isPast } = useAnswerMoment();
  return useWordsOfNow((nowMs) => words(isPast ? 0 : Math.max(0, nowMs - readAt)));
}

/** How long something had taken when the answer was given, by the server's own clock; never negative. */
export function takenUntil(as_of: string, started_at: string): number {
  return Math.max(0, Date.parse(as_of) - Date.parse(started_at));
}
