import { useQueryClient } from "@tanstack/react-query";
import type { ApiToken, MadeApiToken } from "../../../api/account-rows.ts";
import { getJson, sendJson } from "../../../api/client.ts";
import { type ItemState, useResource } from "../../../api/item-query.ts";
import type { TokenDraft } from "./token-form.ts";

const path = "/admin/tokens";

/** One's own API tokens, for administrators those of everybody; newest first, revoked ones for 30 days. */
export function useTokens(): ItemState<ApiToken[]> {
  return useResource(["tokens"], (signal) => getJson<ApiToken[]>(path, signal));
}

/** The secret is in this answer and never again. @throws ApiError `token_scope_too_wide`, `too_many_tokens` */
export function createToken(draft: TokenDraft): Promise<MadeApiToken> {
  return sendJson<MadeApiToken>("POST", path, draft);
}

/** It no longer works from then on. @throws ApiError `token_not_found` */
export function revokeToken(id: string): Promise<undefined> {
  return sendJson<undefined>("DELETE", `${path}/${id}`);
}

/** Lets the tokens be read again. */
export function useTokensRefresh(): () => Promise<void> {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: ["item", "tokens"] });
}
