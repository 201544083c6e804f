import { sql } from "kysely";
import type { Database } from "../../../platform/database.ts";
import type { BilledUnit, BookedPrice } from "../pricing/prices.ts";

/** Rows of `price_book`. */
export interface PriceRepo {
  /** The newest price in force of each billed unit. */
  listInForce(provider: string, model: string): Promise<readonly BookedPrice[]>;
  add(price: {
    readonly provider: string;
    readonly model: string;
    readonly billed: BilledUnit;
    readonly usd_per_million: number;
    readonly source: string;
  }): Promise<void>;
}

export function createPriceRepo(database: Database): PriceRepo {
  return {
    // Index: primary key (provider, model, billed, valid_from).
    async listInForce(provider, model) {
      const { rows } = await sql<BookedPrice>`
        SELECT DISTINCT ON (billed) billed, usd_per_million, source, valid_from
        FROM price_book
        WHERE provider = ${provider} AND model = ${model} AND valid_from <= statement_timestamp()
        ORDER BY billed, valid_from DESC`.execute(database);
      return rows;
    },
    async add({ provider, model, billed, usd_per_million, source }) {
      await sql`
        INSERT INTO price_book (provider, model, billed, usd_per_million, source)
        VALUES (${provider}, ${model}, ${billed}, ${usd_per_million}, ${source})`.execute(database);
    },
  };
}
