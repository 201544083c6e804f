import type { Database, Transaction } from "../../../platform/database.ts";
import type { UserSummary } from "../models.ts";
import {
  deleteLinksOf,
  deleteSignInUser,
  deleteTokensOf,
  deleteVerificationsOf,
  eraseUserRow,
  listCreatedTasks,
  listCreatedUnits,
  listLinksOf,
  listPlacesOf,
  listProvidersOf,
  listReplaysOf,
  listSessionsOf,
  listTokensOf,
} from "./personal-data-repo.ts";

/** Whose data it is. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
}

/** What other modules hold of a person. */
export interface PersonalDataPort {
  /** By kind, for the export. */
  list(person: Person): Promise<Readonly<Record<string, unknown>>>;
  /** Runs last in the transaction that erases the account; what fails here leaves everything as it was. */
  erase(transaction: Transaction, person: Person): Promise<void>;
}

export type PersonalData = ReturnType<typeof createPersonalData>;

/** The name of accounts whose person was erased. */
export const erasedName = "Erased person";
const schema = "coursewright-personal-data/1";

/** What is stored about a person, and its erasure. */
export function createPersonalData(database: Database, others: PersonalDataPort) {
  return {
    /** One JSON value. Secrets are left out: password, second factor, tokens and session ids of the browser. */
    async list(user: UserSummary): Promise<Readonly<Record<string, unknown>>> {
      const { id } = user;
      return {
        schema,
        exported_at: new Date().toISOString(),
        account: user,
        sign_in_ways: await listProvidersOf(database, id),
        sessions: await listSessionsOf(database, id),
        sign_in_places: await listPlacesOf(database, id),
        tokens: await listTokensOf(database, id),
        links: await listLinksOf(database, id),
        units: await listCreatedUnits(database, id),
        tasks: await listCreatedTasks(database, id),
        replays: await listReplaysOf(database, id),
        ...(await others.list(user)),
      };
    },
    /** Units, tasks, requests and costs stay, under the placeholder. Once more is harmless. */
    async erase(transaction: Transaction, person: Person): Promise<void> {
      const { id } = person;
      await deleteSignInUser(transaction, id);
      await deleteVerificationsOf(transaction, id);
      await deleteTokensOf(transaction, id);
      await deleteLinksOf(transaction, id);
      await eraseUserRow(transaction, id, erasedName);
      await others.erase(transaction, person);
    },
  };
}
