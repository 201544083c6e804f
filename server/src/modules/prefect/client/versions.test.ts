import { expect, test } from "vitest";
import { isCompatibleVersion } from "./versions.ts";

test.each([
  ["3.6.22", true],
  ["3.6.21", false],
  ["3.10.0", true],
  ["3.8.8", true],
  ["3.9.2.dev1", true],
  ["3.8.0rc1", true],
  ["3.7", true],
  ["2.20.27", false],
  ["4.0.0", false],
  ["", false],
  ["0+unknown", false],
])("version %j is compatible: %s", (version, expected) =>
  expect(isCompatibleVersion(version)).toBe(expected),
);
