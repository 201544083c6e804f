import { useQueryClient } from "@tanstack/react-query";
import type { GivenLink, InvitedUser } from "../../api/account-rows.ts";
import { apiFetch, sendJson } from "../../api/client.ts";
import { itemQueryKey } from "../../api/item-query.ts";
import type { UserSummary } from "../../api/rows.ts";

const path = "/admin/users";

/** What an administrator says of somebody new. */
export type Invitation = { email: string; name: string; role: UserSummary["role"] };

/** What can be changed of an account. */
export type UserChange = Partial<Invitation & { is_active: boolean }>;

/** What a new one-time link is for. */
export type LinkKind = "invitation" | "password_reset";

/** The account and its one-time link, which is answered this once. @throws ApiError `email_taken` */
export function inviteUser(invitation: Invitation): Promise<InvitedUser> {
  return sendJson<InvitedUser>("POST", path, invitation);
}

/** @throws ApiError `user_not_found`, `email_taken`, `last_administrator`, `own_account`, `user_erased` */
export function changeUser(id: string, change: UserChange): Promise<UserSummary> {
  return sendJson<UserSummary>("PUT", `${path}/${id}`, change);
}

/** Former links of its kind end. @throws ApiError `user_not_found`, `user_not_active`, `mail_unavailable` */
export function giveLink(id: string, kind: LinkKind, mail: boolean): Promise<GivenLink> {
  return sendJson<GivenLink>("POST", `${path}/${id}/link`, { kind, mail });
}

/** Also ends the person's sessions. @throws ApiError `user_not_found` */
export function resetSecondFactor(id: string): Promise<UserSummary> {
  return sendJson<UserSummary>("POST", `${path}/${id}/reset-second-factor`);
}

/** Answers how many there were. @throws ApiError `user_not_found` */
export async function endSessionsOf(id: string): Promise<number> {
  return (await sendJson<{ ended: number }>("DELETE", `${path}/${id}/sessions`)).ended;
}

/** It cannot be undone. @throws ApiError `erasure_unconfirmed` unless `name` is the person's, `last_administrator` */
export function eraseUser(id: string, name: string): Promise<UserSummary> {
  return sendJson<UserSummary>("POST", `${path}/${id}/erase`, { name });
}

/** Fetches everything that is stored about somebody and hands it to the browser as a file. Answers its name. */
export async function downloadPersonalData(id: string): Promise<string> {
  const response = await apiFetch(`/api/v1${path}/${id}/export`);
  const name = `personal-data-${id}.json`;
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
  return name;
}

/** Writes down what a change answered, and lets the lists that show the account be read again. */
export function useUserRefresh(): (user?: UserSummary) => void {
  const queryClient = useQueryClient();
  return (user) => {
    if (user !== undefined) queryClient.setQueryData(itemQueryKey(`${path}/${user.id}`), user);
    void queryClient.invalidateQueries({ queryKey: ["list", path] });
    void queryClient.invalidateQueries({ queryKey: ["list", "/admin/audit-log"] });
  };
}
