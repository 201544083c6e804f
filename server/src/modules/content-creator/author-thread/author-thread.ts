import { Worker } from "node:worker_threads";
import { AppError } from "../../../platform/errors.ts";
import type { AuthorWork, WorkName, WorkReply, WorkRequest } from "./messages.ts";

/** The offline author in a thread of its own: long sources take seconds of CPU, which must not stop the process. */
export interface AuthorThread {
  /**
   * Does one piece of work; pieces wait for each other.
   * @throws AppError as the offline author does, `source_too_short` for example
   * @throws the signal's reason when aborted; the thread is free again after the piece that it is at
   */
  run<Name extends WorkName>(
    name: Name,
    input: AuthorWork[Name]["input"],
    signal?: AbortSignal,
  ): Promise<AuthorWork[Name]["output"]>;
  /** Ends the thread; what is still waiting fails. */
  close(): Promise<void>;
}

interface OpenJob {
  resolve(output: unknown): void;
  reject(reason: unknown): void;
}

/** The language model takes about 200 MB; an idle thread gives them back. */
const defaultIdleMs = 60_000;

/** The thread starts with the first piece of work and ends after `idleMs` without any. */
export function createAuthorThread(options: { readonly idleMs?: number } = {}): AuthorThread {
  const idleMs = options.idleMs ?? defaultIdleMs;
  let current: RunningThread | undefined;
  let closed = false;

  function thread(): RunningThread {
    current ??= startThread(idleMs, (ended) => {
      // A thread that ends takes no more work; the next piece starts another one.
      if (current === ended) current = undefined;
    });
    return current;
  }

  return {
    async run(name, input, signal) {
      signal?.throwIfAborted();
      if (closed) throw new Error("The offline author is closed");
      // The worker answers with the output that belongs to the name; messages are untyped.
      const { promise, resolve, reject } = Promise.withResolvers<never>();
      const abort = () => reject(signal?.reason);
      signal?.addEventListener("abort", abort, { once: true });
      thread().post(name, input, { resolve: resolve as (output: unknown) => void, reject });
      return promise.finally(() => signal?.removeEventListener("abort", abort));
    },
    async close() {
      closed = true;
      await current?.end();
    },
  };
}

interface RunningThread {
  post(name: WorkName, input: unknown, job: OpenJob): void;
  end(): Promise<void>;
}

function startThread(idleMs: number, onEnd: (thread: RunningThread) => void): RunningThread {
  const worker = new Worker(new URL("./author-worker.ts", import.meta.url));
  const open = new Map<number, OpenJob>();
  let lastJob = 0;
  let idleTimer: NodeJS.Timeout | undefined;

  function failAll(reason: Error): void {
    onEnd(thread);
    for (const job of open.values()) job.reject(reason);
    open.clear();
  }

  const thread: RunningThread = {
    post(name, input, job) {
      clearTimeout(idleTimer);
      worker.ref();
      open.set(++lastJob, job);
      worker.postMessage({ job: lastJob, name, input } satisfies WorkRequest);
    },
    async end() {
      clearTimeout(idleTimer);
      onEnd(thread);
      await worker.terminate();
    },
  };
  worker.on("message", (reply: WorkReply) => {
    settle(open.get(reply.job), reply);
    open.delete(reply.job);
    if (open.size > 0) return;
    worker.unref();
    idleTimer = setTimeout(() => void thread.end(), idleMs).unref();
  });
  worker.on("error", failAll);
  worker.once("exit", () => failAll(new Error("The offline author's thread ended")));
  return thread;
}

function settle(job: OpenJob | undefined, reply: WorkReply): void {
  switch (reply.outcome) {
    case "done":
      job?.resolve(reply.output);
      break;
    case "crashed":
      job?.reject(reply.error);
      break;
    case "refused": {
      const { code, status, retryable, title, message } = reply;
      job?.reject(new AppError(code, { status, retryable, title }, message));
    }
  }
}
