import { createHook } from "node:async_hooks";
import { scryptSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hashPassword, isOutdatedHash, isRightPassword } from "./passwords.ts";

const password = "ferns-like-the-wet-shade";

/** As the sign-in library hashed when the first version used its own way. */
function formerHash(text: string): string {
  const salt = "00112233445566778899aabbccddeeff";
  const work = { N: 16_384, r: 16, p: 1, maxmem: 64 * 1024 * 1024 };
  return `${salt}:${scryptSync(text, salt, 64, work).toString("hex")}`;
}

// Each hash takes a seventh of a second of a processor, and machines that run tests have others to do.
describe("a stored password", { timeout: 60_000 }, () => {
  it("is a salted slow hash that names its work, never the same twice, that one password fits", async () => {
    const [first, second] = await Promise.all([hashPassword(password), hashPassword(password)]);
    expect(first).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    const salts = [first, second].map((hash) => hash.split("$")[3]);
    expect(new Set(salts).size).toBe(2);
    expect(first).not.toContain(password);
    expect(await isRightPassword(first, password)).toBe(true);
    for (const another of [`${password} `, password.toUpperCase(), ""]) {
      expect([another, await isRightPassword(first, another)]).toEqual([another, false]);
    }
    expect(isOutdatedHash(first)).toBe(false);
  });

  it("is the scrypt that it says it is", async () => {
    const [, , , salt = "", key = ""] = (await hashPassword(password)).split("$");
    const work = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };
    const found = scryptSync(password, Buffer.from(salt, "base64"), 32, work);
    expect(found.toString("base64").replace("=", "")).toBe(key);
  });

  it("fits however its characters are composed, and whatever their width", async () => {
    const hash = await hashPassword("Wörter-ﬁnden-１２３");
    for (const same of ["Wo\u0308rter-finden-123", "Wörter-finden-１23"])
      expect([same, await isRightPassword(hash, same)]).toEqual([same, true]);
    expect(await isRightPassword(hash, "Worter-finden-123")).toBe(false);
  });

  it("fits nothing when it was tampered with, or is none", async () => {
    const hash = await hashPassword(password);
    const [, , work = "", salt = "", key = ""] = hash.split("$");
    const other = (text: string) => `${text.startsWith("A") ? "B" : "A"}${text.slice(1)}`;
    const tampered = [
      ...[hash.replace("ln=15", "ln=1"), hash.replace("scrypt", "argon2id"), `${hash}\n`, hash.slice(0, -1)],
      ...[
        `$scrypt$${work}$${salt}$`,
        `$scrypt$${work}$${salt}$${other(key)}`,
        `$scrypt$${work}$${other(salt)}$${key}`,
      ],
      ...["salt:key", ""],
    ];
    for (const stored of tampered) {
      expect([stored, await isRightPassword(stored, password)]).toEqual([stored, false]);
    }
    expect(await isRightPassword(null, password)).toBe(false);
  });

  it("of the former kind is still read, and is due to be hashed anew", async () => {
    const hash = formerHash(password);
    expect(await isRightPassword(hash, password)).toBe(true);
    expect(await isRightPassword(hash, `${password}!`)).toBe(false);
    expect(
      await isRightPassword(
        hash.replace(/.$/, (end) => (end === "0" ? "1" : "0")),
        password,
      ),
    ).toBe(false);
    expect(isOutdatedHash(hash)).toBe(true);
    expect(await isRightPassword(formerHash("Wörter"), "Wo\u0308rter")).toBe(true);
  });

  it("is worked on three at a time, however many come, and all who wait get their turn", async () => {
    const hash = await hashPassword(password);
    const working = new Set<number>();
    let most = 0;
    const hook = createHook({
      init(id, kind) {
        if (kind === "SCRYPTREQUEST") working.add(id);
        most = Math.max(most, working.size);
      },
      after: (id) => working.delete(id),
    }).enable();
    const tried = Array.from({ length: 7 }, (_, index) => (index % 2 === 0 ? password : "another"));
    const right = await Promise.all(tried.map((text) => isRightPassword(hash, text)));
    hook.disable();
    expect(right).toEqual(tried.map((text) => text === password));
    expect(most).toBe(3);
  });
});
