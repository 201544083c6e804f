/** An address as it is stored: normalised by the URL standard, without slashes at its end. */
export function normaliseAddress(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname.replace(/\/+$/, "")}`;
}

/**
 * Where people look at the runs of an API: the same address without `/api`, and for Prefect Cloud the workspace on its
 * `app.` host, as Prefect's own client derives it.
 */
export function deriveUiUrl(base_url: string): string {
  const { protocol, host, origin, pathname } = new URL(base_url);
  const cloud = /^\/api\/accounts\/([^/]+)\/workspaces\/([^/]+)$/.exec(pathname);
  if (cloud !== null && host.startsWith("api.")) {
    return `${protocol}//app.${host.slice("api.".length)}/account/${cloud[1]}/workspace/${cloud[2]}`;
  }
  return `${origin}${pathname.replace(/\/api$/, "").replace(/\/+$/, "")}`;
}

/** Null when people find the runs where the API's address says; else where they were told to look. */
export function ownUiUrl(ui_url: string | null, ...base_urls: readonly string[]): string | null {
  if (ui_url === null) return null;
  const normalised = normaliseAddress(ui_url);
  return base_urls.some((base_url) => deriveUiUrl(base_url) === normalised) ? null : normalised;
}

/** Whether what is sent to the one reaches the same server, over the same kind of connection, as to the other. */
export function isSameOrigin(one: string, other: string): boolean {
  return new URL(one).origin === new URL(other).origin;
}
