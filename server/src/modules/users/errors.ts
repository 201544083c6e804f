import { defineErrors } from "../../platform/errors.ts";

/** Every code that the users module answers with. */
export const userErrors = defineErrors({
  user_not_found: { status: 404, retryable: false, title: "No such user" },
  user_not_active: { status: 409, retryable: false, title: "Account not active" },
  user_erased: { status: 409, retryable: false, title: "Account erased" },
  last_administrator: { status: 409, retryable: false, title: "Last administrator" },
  own_account: { status: 409, retryable: false, title: "Not on one's own account" },
  email_taken: { status: 409, retryable: false, title: "E-mail address taken" },
  erasure_unconfirmed: { status: 422, retryable: false, title: "Erasure not confirmed" },
  mail_unavailable: { status: 409, retryable: false, title: "Mail not set up" },
  sign_in_refused: { status: 401, retryable: false, title: "Sign-in refused" },
  second_factor_refused: { status: 401, retryable: false, title: "Code refused" },
  too_many_sign_ins: { status: 429, retryable: true, title: "Too many attempts" },
  single_sign_on_unavailable: { status: 409, retryable: true, title: "Single sign-on unavailable" },
  password_wrong: { status: 403, retryable: false, title: "Password wrong" },
  password_weak: { status: 422, retryable: false, title: "Password too easy to guess" },
  second_factor_on: { status: 409, retryable: false, title: "Second factor already on" },
  second_factor_needed_by_role: { status: 409, retryable: false, title: "Second factor needed" },
  link_incomplete: { status: 422, retryable: false, title: "Link asks for more" },
  link_invalid: { status: 404, retryable: false, title: "Link not valid" },
  session_not_found: { status: 404, retryable: false, title: "No such session" },
  token_not_found: { status: 404, retryable: false, title: "No such token" },
  token_scope_too_wide: { status: 403, retryable: false, title: "Scope beyond the role" },
  machine_proof_unavailable: { status: 404, retryable: false, title: "No proof here" },
  too_many_tokens: { status: 409, retryable: false, title: "Too many tokens" },
});
