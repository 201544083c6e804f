import type { PrefectClient } from "../client/client.ts";
import type { WatchedConnection } from "../connections/store.ts";
import type { HealthReporter } from "./health-reporter.ts";

/** What the one server that watches a connection gives to those who work on it. */
export interface WatchContext {
  readonly connection: WatchedConnection;
  readonly client: PrefectClient;
  /** Aborted when the watch ends: another server leads, the settings changed, or this one stops. */
  readonly signal: AbortSignal;
  readonly reporter: HealthReporter;
  /** Whether events come live, so that sweeps may be rarer. */
  isLive(): boolean;
  /** Whether Prefect answered lately: false from the first failed probe until the next good one. */
  isReachable(): boolean;
  /**
   * Reads these runs from Prefect, one request for 200 of them, and writes them; unknown ids are marked as gone there. Their steps
   * and progress follow within about two seconds.
   */
  refresh(external_ids: readonly string[]): Promise<void>;
}

/** Work that the watching server does again and again, one turn at a time, while the connection is reachable. */
export interface WatchDuty {
  /** For the log, such as "The sweep of begun runs". */
  readonly name: string;
  everyMs(context: WatchContext): number;
  /** Looks at state and is complete after any later turn. Errors of Prefect decide the connection's health. */
  run(context: WatchContext): Promise<void>;
  /** Also takes its turns while Prefect does not answer; its errors then change nothing. */
  readonly runsWhileDown?: boolean;
}

/** Work that goes on for as long as the connection is watched, such as listening to events. */
export interface WatchCompanion {
  readonly name: string;
  /** Ends only when the signal is aborted; its errors are its own to handle and to report. */
  run(context: WatchContext): Promise<void>;
}
