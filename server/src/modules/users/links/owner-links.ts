import type { LinkKind } from "./models.ts";
import type { AskedAdministrator, LinkService } from "./service.ts";

/** A link for whoever owns the machine, as it is printed. */
export interface OwnerLink {
  /** Whole, with the address of the server. */
  readonly url: string;
  readonly expires_at: string;
  /** Whose account it opens. */
  readonly user_id: string;
  readonly kind: LinkKind;
}

/** What whoever owns the machine may do without being signed in. */
export interface OwnerLinks {
  /** A line for whoever started the server, with a link, while no administrator can sign in; null otherwise. */
  announcement(): Promise<string | null>;
  /** At `address`, by default where people reach the server. */
  makeAdministratorLink(asked: AskedAdministrator, address?: string): Promise<OwnerLink>;
  /** Null where a link may not sign in by itself: beyond this machine, or with a database of somebody else's. */
  makeLocalLink(address?: string): Promise<OwnerLink | null>;
}

/** `isLocal`: loopback with the embedded database. */
export function createOwnerLinks(links: LinkService, isLocal: boolean, origin: () => string): OwnerLinks {
  return {
    async announcement() {
      const link = await links.makeSetUpLink(isLocal);
      if (link === null) return null;
      const url = `${origin()}${link.path}`;
      return link.kind === "local_sign_in"
        ? `Open ${url} to sign in; the link works once`
        : `Open ${url} to sign in as the administrator; the link works once, for an hour`;
    },
    async makeAdministratorLink(asked, address = origin()) {
      const { path, ...link } = await links.makeAdministratorLink(asked);
      return { ...link, url: `${address}${path}` };
    },
    async makeLocalLink(address = origin()) {
      if (!isLocal) return null;
      const { path, ...link } = await links.makeLocalLink();
      return { ...link, url: `${address}${path}` };
    },
  };
}
