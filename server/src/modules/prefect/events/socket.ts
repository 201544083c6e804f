import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { CloseEvent, MessageEvent } from "undici";
import { z } from "zod";
import { AppError } from "../../../platform/errors.ts";
import { loadedSecrets } from "../../../platform/redaction.ts";
import { hostAndPort } from "../../../platform/safe-address.ts";
import { openSafeSocket, type SafeSocket } from "../../../platform/safe-socket.ts";
import { authorizationHeader, type PrefectAuthentication } from "../client/authorization.ts";
import { farFuture } from "../client/queries.ts";
import { type PrefectEvent, prefectEventSchema } from "../client/wire.ts";
import { prefectErrors } from "../errors.ts";

export interface EventSource {
  /** Prefect's API, such as `http://127.0.0.1:4200/api`. */
  readonly apiUrl: string;
  readonly authentication: PrefectAuthentication;
}

export interface EventListener {
  /** Events that happened before are not sent. ISO 8601, compared with the clock of whoever told the event. */
  readonly since: string;
  /** What happens from now on is told. */
  onLive(): void;
  onEvent(event: PrefectEvent): void;
}

export interface EventTimes {
  /** From the beginning to the accepted credentials, in ms. Default 10,000. */
  readonly handshakeMs?: number;
  /** How often the connection is asked for a sign of life, in ms. Default 5,000. */
  readonly probeMs?: number;
  /** A connection without any sign of life for this long is taken for dead, in ms. Default 15,000. */
  readonly silenceMs?: number;
}

/** Runs and their steps; the heartbeats of runs are among them. */
const wantedPrefixes = ["prefect.flow-run.", "prefect.task-run."];
const messageSchema = z.object({ type: z.string(), event: z.unknown().optional() });
const policyViolation = 1008;
const defaultTimes = { handshake: 10_000, probe: 5_000, silence: 15_000 };

/**
 * Listens to Prefect's events until the connection ends, and resolves with the reason; with null when the signal was
 * aborted. Dead connections that nobody closed are found by WebSocket pings: the answer to a ping comes from the server's
 * protocol layer, also while nothing happens, whereas Prefect itself sends nothing of its own accord.
 */
export function listenToEvents(
  source: EventSource,
  listener: EventListener,
  signal: AbortSignal,
  times: EventTimes = {},
): Promise<AppError | null> {
  return converse(source, signal, times, (conversation) => {
    const filter = {
      event: { prefix: wantedPrefixes },
      occurred: { since: listener.since, until: farFuture },
    };
    conversation.send({ type: "filter", backfill: true, filter });
    listener.onLive();
    return (event) => listener.onEvent(event);
  });
}

/**
 * Tries whether events can be had, and ends the connection again.
 *
 * @throws AppError `prefect_auth_failed`, `prefect_unreachable`, `prefect_too_slow`; the signal's reason
 */
export async function tryEvents(
  source: EventSource,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const done = new AbortController();
  const error = await converse(source, AbortSignal.any([signal, done.signal]), {}, () => {
    done.abort();
    return () => undefined;
  });
  signal.throwIfAborted();
  if (error !== null) throw error;
}

interface Conversation {
  send(message: unknown): void;
}

/** `begin` is called once the credentials are accepted and answers who takes the events. */
function converse(
  source: EventSource,
  signal: AbortSignal,
  times: EventTimes,
  begin: (conversation: Conversation) => (event: PrefectEvent) => void,
): Promise<AppError | null> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(null);
    const opened = openOrExplain(source);
    if (opened instanceof AppError) return resolve(opened);
    const { webSocket, destroy, connectError } = opened;
    let takeEvent: ((event: PrefectEvent) => void) | null = null;
    let hasOpened = false;
    const life = watchLife(opened, times, (reason) => end(tooSlow(source, reason)));
    const handshake = setTimeout(
      () => end(tooSlow(source, "it did not finish the greeting")),
      times.handshakeMs ?? defaultTimes.handshake,
    );
    const onAbort = () => end(null);
    signal.addEventListener("abort", onAbort, { once: true });

    let hasEnded = false;
    function end(error: AppError | null) {
      if (hasEnded) return;
      hasEnded = true;
      clearTimeout(handshake);
      life.stop();
      signal.removeEventListener("abort", onAbort);
      destroy();
      resolve(error);
    }
    const send = (message: unknown) => webSocket.send(JSON.stringify(message));

    webSocket.addEventListener("open", () => {
      hasOpened = true;
      send({ type: "auth", token: tokenOf(source.authentication) });
    });
    webSocket.addEventListener("message", ({ data }: MessageEvent) => {
      if (hasEnded) return;
      life.noteSign();
      const message = readMessage(data);
      if (message?.type === "auth_success" && takeEvent === null) {
        clearTimeout(handshake);
        takeEvent = begin({ send });
      } else if (message?.type === "event") {
        const event = prefectEventSchema.safeParse(message.event);
        // What is not understood is left to the sweeps.
        if (event.success) takeEvent?.(event.data);
      }
    });
    webSocket.addEventListener("close", ({ code, reason }: CloseEvent) => {
      end(
        code === policyViolation && takeEvent === null
          ? refusedCredentials(reason)
          : lost(source, closeWords(connectError(), hasOpened, code, reason)),
      );
    });
  });
}

function openOrExplain(source: EventSource): SafeSocket | AppError {
  const address = new URL(`${new URL(source.apiUrl).href.replace(/\/+$/, "")}/events/out`);
  const authorization = authorizationHeader(source.authentication);
  try {
    return openSafeSocket(address, {
      // The administrator chose this very address, as for the requests of the same connection.
      allowedPrivateHosts: [hostAndPort(address)],
      protocol: "prefect",
      // For proxies that check; Prefect itself reads the token of the first message.
      headers: authorization === null ? {} : { authorization },
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return lost(source, error.message, error);
  }
}

/** Prefect wants the auth string as it is, not in base64. */
function tokenOf(authentication: PrefectAuthentication): string | null {
  switch (authentication.kind) {
    case "none":
      return null;
    case "basic":
      return authentication.auth_string;
    case "bearer":
      return authentication.api_key;
  }
}

function readMessage(data: unknown): z.output<typeof messageSchema> | null {
  if (typeof data !== "string") return null;
  try {
    return messageSchema.safeParse(JSON.parse(data)).data ?? null;
  } catch {
    // Not JSON: nothing that we understand.
    return null;
  }
}

const pongs = "undici:websocket:pong";

/** Calls back once the connection gave no sign of life for too long. */
function watchLife({ webSocket, ping }: SafeSocket, times: EventTimes, onSilence: (reason: string) => void) {
  const silenceMs = times.silenceMs ?? defaultTimes.silence;
  let lastSignAt = performance.now();
  const noteSign = () => {
    lastSignAt = performance.now();
  };
  const onPong = (message: unknown) => {
    // The channel tells of every socket of the process.
    if ((message as { websocket?: unknown }).websocket === webSocket) noteSign();
  };
  subscribe(pongs, onPong);
  const timer = setInterval(() => {
    const silentMs = performance.now() - lastSignAt;
    if (silentMs >= silenceMs) onSilence(`it gave no sign of life for ${Math.round(silentMs / 1_000)} s`);
    else ping();
  }, times.probeMs ?? defaultTimes.probe);
  return {
    noteSign,
    stop() {
      clearInterval(timer);
      unsubscribe(pongs, onPong);
    },
  };
}

function closeWords(connectError: Error | null, hasOpened: boolean, code: number, reason: string): string {
  if (connectError !== null) return connectError.message || connectError.name;
  if (!hasOpened)
    return "its address answers, but takes no WebSocket; a proxy in between may not pass them on";
  return reason === ""
    ? `the connection ended with code ${code}`
    : `the connection was closed: ${loadedSecrets.text(reason)}`;
}

function refusedCredentials(reason: string) {
  const why = reason === "" ? "" : ` (${loadedSecrets.text(reason)})`;
  return prefectErrors.create(
    "prefect_auth_failed",
    `Prefect does not accept the credentials for its events${why}.`,
  );
}

function lost(source: EventSource, reason: string, cause?: unknown) {
  return prefectErrors.create(
    "prefect_unreachable",
    `No events come from ${new URL(source.apiUrl).origin}: ${reason}.`,
    cause === undefined ? {} : { cause },
  );
}

function tooSlow(source: EventSource, reason: string) {
  return prefectErrors.create(
    "prefect_too_slow",
    `No events come from ${new URL(source.apiUrl).origin}: ${reason}.`,
  );
}
