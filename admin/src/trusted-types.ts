/** What a policy may turn text into. */
type Rules = {
  createHTML?: (text: string) => string;
  createScriptURL?: (text: string) => string;
};

/**
 * A policy of the browser's Trusted Types by one of the names that the server's content policy allows, each of which can be made once.
 * What it makes is an object where the browser knows such policies, and the plain text elsewhere; sinks take both.
 */
export function createTrustedPolicy<Policy extends Rules>(name: string, rules: Policy): Policy {
  // The library types of the DOM do not know the factory.
  const { trustedTypes } = globalThis as {
    trustedTypes?: { createPolicy: (name: string, rules: Policy) => Policy };
  };
  return trustedTypes === undefined ? rules : trustedTypes.createPolicy(name, rules);
}
