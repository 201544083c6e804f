import { expect, test } from "vitest";
import { deriveUiUrl, normaliseAddress, ownUiUrl } from "./address.ts";

test.each([
  ["http://127.0.0.1:4200/api/", "http://127.0.0.1:4200/api"],
  ["HTTPS://Prefect.Example:443/api//", "https://prefect.example/api"],
  ["http://prefect.example", "http://prefect.example"],
  ["http://[::1]:4200/team/api", "http://[::1]:4200/team/api"],
])("%s is kept as %s", (address, kept) => expect(normaliseAddress(address)).toBe(kept));

test.each([
  ["http://127.0.0.1:4200/api", "http://127.0.0.1:4200"],
  ["https://prefect.example/team/api", "https://prefect.example/team"],
  ["https://prefect.example/other", "https://prefect.example/other"],
  [
    "https://api.prefect.cloud/api/accounts/a-1/workspaces/w-2",
    "https://app.prefect.cloud/account/a-1/workspace/w-2",
  ],
])("the runs of %s are looked at in %s", (base_url, ui_url) => expect(deriveUiUrl(base_url)).toBe(ui_url));

test("an address of pages is kept only when it says more than the API's address", () => {
  const base = "http://127.0.0.1:4200/api";
  expect(ownUiUrl(null, base)).toBeNull();
  expect(ownUiUrl("http://127.0.0.1:4200/", base)).toBeNull();
  expect(ownUiUrl("http://127.0.0.1:4200/", "http://other/api", base)).toBeNull();
  expect(ownUiUrl("https://pages.example/prefect/", base)).toBe("https://pages.example/prefect");
});
