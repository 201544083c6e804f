import { loadedSecrets } from "../../../platform/redaction.ts";

/** How a connection proves who it is. `basic` holds Prefect's auth string (`user:password`) as it was configured. */
export type PrefectAuthentication =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly auth_string: string }
  | { readonly kind: "bearer"; readonly api_key: string };

/** The value of the Authorization header; null without authentication. What Prefect tells of it is replaced from then on. */
export function authorizationHeader(authentication: PrefectAuthentication): string | null {
  switch (authentication.kind) {
    case "none":
      return null;
    case "basic":
      loadedSecrets.add(authentication.auth_string);
      return `Basic ${Buffer.from(authentication.auth_string, "utf8").toString("base64")}`;
    case "bearer":
      loadedSecrets.add(authentication.api_key);
      return `Bearer ${authentication.api_key}`;
  }
}
