/** How a connection proves who it is. `basic` holds Prefect's auth string (`user:password`) as it was configured. */
export type PrefectAuthentication =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly auth_string: string }
  | { readonly kind: "bearer"; readonly api_key: string };

/** The value of the Authorization header; null without authentication. */
export function authorizationHeader(authentication: PrefectAuthentication): string | null {
  switch (authentication.kind) {
    case "none":
      return null;
    case "basic":
      return `Basic ${Buffer.from(authentication.auth_string, "utf8").toString("base64")}`;
    case "bearer":
      return `Bearer ${authentication.api_key}`;
  }
}
