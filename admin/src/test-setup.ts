import { vi } from "vitest";
import { sessionOf } from "./api/session/session-fixtures.ts";

// A component that a test shows by itself is seen by an administrator, unless the test provides somebody else. In the
// product there is no such default: without a SessionProvider a component that asks who is signed in throws.
vi.mock("./api/session/session-context.ts", async () => {
  const { createContext } = await import("react");
  return { SessionContext: createContext(sessionOf("admin")) };
});
