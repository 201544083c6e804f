import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

/** What the provider says of somebody. */
export interface ProviderPerson {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
}

/** An OpenID provider that signs in, without asking, whoever the test names. */
export interface IdentityProvider {
  readonly issuer: string;
  readonly client_id: string;
  readonly client_secret: string;
  /** Who sits at the browser, by the provider's own id. */
  sit(subject: string, person: ProviderPerson): void;
  /**
   * Goes through the provider's pages as a browser does, from the address that our server gave to the one where the provider
   * sends the browser back to.
   */
  visit(address: string): Promise<URL>;
  close(): Promise<void>;
}

const client_id = "coursewright";
const client_secret = "a-secret-of-the-client-0123456789";

/** `redirectUri`: where the provider may send browsers back to. `askedPort`: 0 for any free one. */
export async function startIdentityProvider(redirectUri: string, askedPort = 0): Promise<IdentityProvider> {
  const people = new Map<string, ProviderPerson>();
  const seat = { subject: "" };
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(askedPort, "127.0.0.1", resolve));
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const provider = makeProvider(issuer, redirectUri, people);
  const callback = provider.callback();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith("/interaction/") === true) void settle(provider, seat, request, response);
    else void callback(request, response);
  });
  return {
    ...{ issuer, client_id, client_secret },
    sit(subject, person) {
      seat.subject = subject;
      people.set(subject, person);
    },
    visit: (address) => visit(address, issuer),
    close: () => closeServer(server),
  };
}

function makeProvider(issuer: string, redirectUri: string, people: ReadonlyMap<string, ProviderPerson>) {
  return new Provider(issuer, {
    clients: [{ client_id, client_secret, redirect_uris: [redirectUri] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    pkce: { required: () => true },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    features: { devInteractions: { enabled: false } },
    ttl: { Interaction: 60, Session: 60, Grant: 60, AccessToken: 60, IdToken: 60 },
    cookies: { keys: ["a-key-of-the-test"] },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, ...people.get(sub) }),
    }),
  });
}

/** Answers the provider's questions: who it is, and that they agree. */
async function settle(
  provider: Provider,
  { subject }: { readonly subject: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, params } = await provider.interactionDetails(request, response);
  if (prompt.name === "login") {
    await provider.interactionFinished(request, response, { login: { accountId: subject } });
    return;
  }
  const grant = new provider.Grant({ accountId: subject, clientId: String(params.client_id) });
  grant.addOIDCScope("openid email profile");
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { consent: { grantId } });
}

async function visit(address: string, issuer: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let next = new URL(address);
  for (let hops = 0; hops < 12; hops += 1) {
    if (next.origin !== issuer) return next;
    const answer = await fetch(next, {
      redirect: "manual",
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    }
    const location = answer.headers.get("location");
    if (location === null) throw new Error(`The provider answered ${answer.status}: ${await answer.text()}`);
    next = new URL(location, next);
  }
  throw new Error("The provider sends the browser in a circle.");
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
