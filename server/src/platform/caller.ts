/** Roles, from the one that may do most. A learner's app may read published content only. */
export const roles = ["admin", "operator", "viewer", "learner"] as const;
export type Role = (typeof roles)[number];

/** What an API token may be used for; its owner's role is a second bound. */
export const tokenScopes = ["read", "operate", "admin", "learn", "content:write"] as const;
export type TokenScope = (typeof tokenScopes)[number];

/** In whose name a request is made. */
export interface CurrentUser {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

/** How somebody proved who they are. */
export type Proof =
  /** `is_fresh`: they showed who they are lately, and may hand out access without being asked again. */
  | { readonly kind: "session"; readonly session_id: string; readonly is_fresh: boolean }
  /** `is_of_machine`: the token that the server writes into the data folder for the command line. */
  | {
      readonly kind: "token";
      readonly token_id: string;
      readonly scopes: readonly TokenScope[];
      readonly is_of_machine: boolean;
    };

/** Who makes a request, as far as it was proved. */
export interface Caller extends CurrentUser {
  readonly proof: Proof;
  /** They must set up a second factor before they may do anything else. */
  readonly owes_second_factor: boolean;
}

/**
 * Says who makes a request, from its cookies or its `Authorization` header: null when nobody is signed in, or what was shown is not
 * valid (any longer). Never fails for what a stranger sent.
 */
export type Identify = (headers: Headers, clientAddress: string) => Promise<Caller | null>;
