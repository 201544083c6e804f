import { describe, expect, it, test } from "vitest";
import { type PrefectErrorCode, prefectErrors } from "../errors.ts";
import { explainFailure } from "./explain-failure.ts";

const base_url = "https://prefect.example:4200/api";

/** As the client throws it: the system's error below one of the fetch. */
function unreachable(code: string) {
  const system = Object.assign(new Error("socket"), { code });
  return prefectErrors.create("prefect_unreachable", "It could not be reached.", {
    cause: new Error("fetch", { cause: system }),
  });
}

test.each([
  ["ENOTFOUND", "The name prefect.example is not known."],
  ["EAI_AGAIN", "The name prefect.example is not known."],
  ["ECONNREFUSED", "Nothing listens at prefect.example:4200."],
  ["UND_ERR_CONNECT_TIMEOUT", "There is no way to prefect.example:4200."],
  ["ENETUNREACH", "There is no way to prefect.example:4200."],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "prefect.example:4200 does not speak TLS."],
  ["CERT_HAS_EXPIRED", "The certificate of prefect.example:4200 is not accepted (CERT_HAS_EXPIRED)."],
  [
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "The certificate of prefect.example:4200 is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT).",
  ],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "The certificate of prefect.example:4200 is not accepted (ERR_TLS_CERT_ALTNAME_INVALID).",
  ],
  [
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "The certificate of prefect.example:4200 is not accepted (UNABLE_TO_VERIFY_LEAF_SIGNATURE).",
  ],
  ["UND_ERR_SOCKET", "prefect.example:4200 broke the connection off."],
  ["ESOMETHING", "It could not be reached."],
])("%s is said in words, with what to do", (code, sentence) => {
  expect(explainFailure(unreachable(code), base_url)).toEqual({
    code: "prefect_unreachable",
    sentence,
    advice: expect.stringMatching(/\.$/),
  });
});

describe("what Prefect answers", () => {
  it.each<PrefectErrorCode>([
    "prefect_too_slow",
    "prefect_failed",
    "prefect_rate_limited",
    "prefect_not_an_api",
    "prefect_auth_failed",
    "prefect_version_incompatible",
    "connection_credentials_needed",
  ])("%s comes with what to do", (code) => {
    expect(explainFailure(prefectErrors.create(code, "Something happened."), base_url)).toEqual({
      code,
      sentence: expect.any(String),
      advice: expect.stringMatching(/\.$/),
    });
  });

  it("a forgotten /api is named with the address to try", () => {
    const error = prefectErrors.create("prefect_not_an_api", "Not like Prefect.");
    expect(explainFailure(error, "http://127.0.0.1:4200/").advice).toContain(
      "try http://127.0.0.1:4200/api.",
    );
    expect(explainFailure(error, base_url).advice).not.toContain("try ");
  });
});
