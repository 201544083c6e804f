import { type LookupAddress, type LookupAllOptions, lookup as lookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { defineErrors } from "./errors.ts";
import { isMetadataAddress, isPublicAddress } from "./public-address.ts";

export const safeFetchErrors = defineErrors({
  address_refused: { status: 422, retryable: false, title: "Address refused" },
  remote_unreachable: { status: 502, retryable: true, title: "Remote server unreachable" },
  remote_timeout: { status: 504, retryable: true, title: "Remote server too slow" },
  remote_answer_too_large: { status: 502, retryable: false, title: "Remote answer too large" },
  remote_redirect_refused: { status: 502, retryable: false, title: "Remote redirect refused" },
});

export interface AddressRules {
  /**
   * Whether this address may be a private one: it must be reached through `lookupAllowed`, every other one through
   * `lookupPublic`.
   *
   * @throws AppError `address_refused` for other protocols, credentials in the address, private literals, and a cloud's
   *   metadata service, which is nobody's to allow
   */
  isAllowedPrivate(url: URL): boolean;
}

/** Which addresses that a user gave may be reached: public ones, and these hosts (`host` or `host:port`). */
export function addressRules(allowedPrivateHosts: readonly string[] = []): AddressRules {
  const allowed = new Set(allowedPrivateHosts.map((host) => host.toLowerCase()));
  return {
    isAllowedPrivate(url) {
      if (url.protocol !== "http:" && url.protocol !== "https:")
        throw refused(url, "only http and https are fetched");
      if (url.username !== "" || url.password !== "")
        throw refused(url, "an address must not hold a user or password");
      const host = url.hostname.toLowerCase();
      const literal = host.replace(/^\[|\]$/g, "");
      if (isMetadataAddress(literal)) throw refused(url, "it is the address of a cloud's metadata service");
      if (allowed.has(host) || allowed.has(hostAndPort(url))) return true;
      if (isIP(literal) !== 0 && !isPublicAddress(literal)) throw refused(url, "it is not a public address");
      return false;
    },
  };
}

/** `host:port` of an http or https address, as lists of hosts that may be private name it. */
export function hostAndPort({ hostname, port, protocol }: URL): string {
  return `${hostname.toLowerCase()}:${port || (protocol === "https:" ? "443" : "80")}`;
}

/** The `code` of the error that both look-ups answer for a name that leads where it may not. */
export const refusedCode = "ERR_ADDRESS_REFUSED";

/** How a name becomes addresses, such as `lookup` of `node:dns`. */
export type ResolveName = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Looks a name up at the moment of connecting, so that a name that changes its address in between gains nothing: the
 * connection goes to the addresses that were checked. One address that is not `isAllowed` refuses them all.
 */
export function createCheckedLookup(
  isAllowed: (address: string) => boolean,
  resolve: ResolveName = lookupAddress,
): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, "", 0);
      const first = addresses[0];
      if (first === undefined || !addresses.every(({ address }) => isAllowed(address))) {
        return callback(Object.assign(new Error(`${hostname} is not public`), { code: refusedCode }), "", 0);
      }
      if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** For addresses that nobody allowed. */
export const lookupPublic: LookupFunction = createCheckedLookup(isPublicAddress);

/** For hosts that may be private. */
export const lookupAllowed: LookupFunction = createCheckedLookup((address) => !isMetadataAddress(address));

export function refused(url: URL, reason: string) {
  return safeFetchErrors.create("address_refused", `${url.host || url.protocol} is not fetched: ${reason}.`);
}
