import { createContext } from "react";
import type { SessionState } from "../account-rows.ts";

/** The session as the page knows it; null outside of a SessionProvider. */
export const SessionContext = createContext<SessionState | null>(null);
