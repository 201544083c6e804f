import type { ColumnType } from "kysely";

/** What a JSON column can hold. */
export type JsonValue =
  | boolean
  | number
  | string
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/**
 * A `jsonb` column: read as a value, written as JSON text. The driver would turn a bare array into a PostgreSQL
 * array and store something else or fail, so `JSON.stringify` it is for every kind of value.
 */
export type JsonColumn = ColumnType<JsonValue, string, string>;
