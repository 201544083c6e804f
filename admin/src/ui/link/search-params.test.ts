import { expect, test } from "vitest";
import { formatSearch, parseSearch } from "./search-params.ts";

test("values stay text, whatever they look like", () => {
  expect(parseSearch("?q=0012&on=true")).toEqual({ q: "0012", on: "true" });
});

test("empty values leave the address and commas stay readable", () => {
  expect(formatSearch({ status: "", open: "a,b", q: undefined })).toBe("?open=a,b");
  expect(formatSearch({ status: "" })).toBe("");
});

test("what is written is read again", () => {
  const search = { q: "two words & more = #1", open: "a,b" };
  expect(parseSearch(formatSearch(search))).toEqual(search);
});
