import type { Database } from "../../../platform/database.ts";
import { insightErrors } from "../errors.ts";
import type { NewSavedView, SavedView, SavedViewEdit } from "./models.ts";
import {
  countSavedViews,
  deleteSavedView,
  insertSavedView,
  listSavedViews,
  updateSavedView,
} from "./repo.ts";

/** Most views that one person keeps of one page. */
const mostViews = 100;

export type SavedViewService = ReturnType<typeof createSavedViewService>;

/** Every person's own views; nobody sees those of others. */
export function createSavedViewService(database: Database) {
  return {
    /** By name; of all pages without `page`. */
    list: (user_id: string, page?: string): Promise<SavedView[]> => listSavedViews(database, user_id, page),
    /** @throws AppError `saved_view_name_taken`, `saved_view_limit` */
    create(user_id: string, view: NewSavedView): Promise<SavedView> {
      return refuseTakenName(view.name, () =>
        database.transaction().execute(async (transaction) => {
          if ((await countSavedViews(transaction, user_id, view.page)) >= mostViews) {
            throw insightErrors.create(
              "saved_view_limit",
              `A page can have ${mostViews} saved views. Delete one that you no longer need.`,
            );
          }
          return await insertSavedView(transaction, user_id, view);
        }),
      );
    },
    /** @throws AppError `saved_view_not_found`, `saved_view_name_taken` */
    async update(user_id: string, id: string, edit: SavedViewEdit): Promise<SavedView> {
      const updated = await refuseTakenName(edit.name ?? "", () =>
        updateSavedView(database, user_id, id, edit),
      );
      if (updated === null) throw notFound(id);
      return updated;
    },
    /** @throws AppError `saved_view_not_found` */
    async remove(user_id: string, id: string): Promise<void> {
      if (!(await deleteSavedView(database, user_id, id))) throw notFound(id);
    },
  };
}

async function refuseTakenName<Result>(name: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (!isTakenName(error)) throw error;
    throw insightErrors.create(
      "saved_view_name_taken",
      `You have a saved view named "${name}" on this page already. Choose another name.`,
      { cause: error },
    );
  }
}

function isTakenName(error: unknown): boolean {
  return error instanceof Error && "constraint" in error && error.constraint === "saved_views_name";
}

function notFound(id: string) {
  return insightErrors.create("saved_view_not_found", `You have no saved view ${id}.`);
}
