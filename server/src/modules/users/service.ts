import type { Database } from "../../platform/database.ts";
import { listMatchingIds, listPage } from "../../platform/listing.ts";
import type { Page, PageQuery } from "../../platform/page.ts";
import { userErrors } from "./errors.ts";
import type { UserFilter } from "./filter.ts";
import type { UserSummary } from "./models.ts";
import { listUserSummaries, userListing } from "./repo.ts";

export type UserService = ReturnType<typeof createUserService>;

/** The accounts, as lists and search read them. A new installation has one: the local administrator. */
export function createUserService(database: Database) {
  return {
    /** Newest first. @throws AppError `cursor_invalid` */
    listUsers: (filter: UserFilter, page: PageQuery): Promise<Page<UserSummary>> =>
      listPage(database, userListing, filter, page),
    /** Ids of the accounts that fit, newest first, at most `limit`. */
    listMatchingIds: (filter: UserFilter, limit: number): Promise<string[]> =>
      listMatchingIds(database, userListing, filter, limit),
    /** @throws AppError `user_not_found` */
    async getUser(user_id: string): Promise<UserSummary> {
      const [user] = await listUserSummaries(database, [user_id]);
      if (user === undefined) throw userErrors.create("user_not_found", "There is no user with this id.");
      return user;
    },
    /** Rows for the live stream; unknown ids are left out. */
    listSummaries: (ids: readonly string[]) => listUserSummaries(database, ids),
  };
}
