import type { PrefectClient } from "../client/client.ts";

/** The same client, which tells how each request ended; null for an answer. Requests that the caller aborted are not told. */
export function observeClient(client: PrefectClient, heard: (error: unknown) => void): PrefectClient {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function" || name === "close") return member;
      return async (...words: unknown[]) => {
        try {
          const answer: unknown = await Reflect.apply(member, target, words);
          heard(null);
          return answer;
        } catch (error) {
          if (!words.some((word) => word instanceof AbortSignal && word.aborted)) heard(error);
          throw error;
        }
      };
    },
  });
}
