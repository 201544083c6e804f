import type { Context, TypedResponse } from "hono";
import type { JSONValue as JsonValue } from "hono/utils/types";

/** Sends a value as it is stored: one of many megabytes is neither parsed nor written anew. */
export function sendJsonText(context: Context, text: string): TypedResponse<JsonValue, 200, "json"> {
  const sent: Response = context.body(text, 200, { "content-type": "application/json; charset=utf-8" });
  // The text is JSON already, which the type of a plain body cannot say.
  return sent as Response & TypedResponse<JsonValue, 200, "json">;
}
