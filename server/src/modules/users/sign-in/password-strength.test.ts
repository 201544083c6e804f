import { describe, expect, it } from "vitest";
import { AppError } from "../../../platform/errors.ts";
import { newPasswordField } from "./models.ts";
import { readBreachedPasswords, requireStrongPassword } from "./password-strength.ts";

/** What becomes of it as a new password: the code of the refusal, or null. */
async function refusalOf(password: string, about: readonly string[] = []): Promise<string | null> {
  if (!newPasswordField.safeParse(password).success) return "request_invalid";
  return requireStrongPassword(password, about).then(
    () => null,
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
}

describe("a new password", () => {
  it("has at least 12 characters and may have 256, of any kind, and is taken as it was typed", async () => {
    expect(await refusalOf("ferns shade")).toBe("request_invalid");
    expect(await refusalOf("ferns  shade")).toBeNull();
    const sentence = "Four geese cross the wet road at dawn, and nobody honks; ";
    for (const length of [64, 65, 128, 256]) {
      const password = sentence.repeat(5).slice(0, length);
      expect([length, await refusalOf(password)]).toEqual([length, null]);
    }
    expect(await refusalOf("x".repeat(257))).toBe("request_invalid");
    expect(newPasswordField.parse("  geese and 夕 and Ünder  ")).toBe("  geese and 夕 and Ünder  ");
  });

  it("asks for no kinds of characters", async () => {
    for (const password of ["onlysmallgeese", "ONLYGREATGEESE", "   wet geese", "739204618257"]) {
      expect([password, await refusalOf(password)]).toEqual([password, null]);
    }
  });

  it("is none of those that are tried first, in whatever case, and none of them twice", async () => {
    for (const password of ["123456789abc", "QwertyUiop123", "passwordpassword", "Dragon1Dragon1"]) {
      expect([password, await refusalOf(password)]).toEqual([password, "password_weak"]);
    }
  });
});

describe("a password that was found in breaches", () => {
  it("is refused in clear words, each of the thousands that would be long enough", {
    timeout: 30_000,
  }, async () => {
    const listed = await readBreachedPasswords();
    const fitting = listed.filter((password) => newPasswordField.safeParse(password).success);
    const begun = performance.now();
    const taken: string[] = [];
    for (const password of fitting) {
      const isRefused = await requireStrongPassword(password, []).then(
        () => false,
        (error: unknown) => error instanceof AppError && error.code === "password_weak",
      );
      if (!isRefused) taken.push(password);
    }
    process.stdout.write(
      `Breached passwords that meet the policy: ${fitting.length} of ${listed.length}, ${taken.length} taken, looked up in ${Math.round(performance.now() - begun)} ms\n`,
    );
    expect(taken).toEqual([]);
    // ASVS 5.0, V6.2.4.
    expect(fitting.length).toBeGreaterThanOrEqual(3_000);
    await expect(requireStrongPassword("Leavemealone", [])).rejects.toThrow(
      /^This is one of the passwords that guessers try first\. Choose another/,
    );
  });

  it("is known in every form that is hashed alike", async () => {
    for (const password of ["LEAVEMEALONE", "ｌｅａｖｅｍｅａｌｏｎｅ", "!!leavemealone2024"])
      expect([password, await refusalOf(password)]).toEqual([password, "password_weak"]);
  });
});

describe("a password that is little more than what is tried first", () => {
  it.each([
    ...["Password123!", "!!Welcome12345", "letmein12345", "iloveyou1234", "Dragon2024!!", "987654321098"],
    ...["1234567890123", "abcdefghijkl", "qwertyuiopas", "lkjhgfdsa123", "aaabbbaaabbbaaa", "Coursewright1!"],
  ])("is refused: %s", async (password) => {
    expect(await refusalOf(password)).toBe("password_weak");
  });

  it.each([
    ...["ferns-like-the-wet-shade", "password of the tall owl", "welcome 7 wet owls", "dragon eats turnips"],
    ...["x7#Kq2!vRw9z", "abcd on the fifth pier", "turtles12345rowing"],
  ])("is taken when there is more to it: %s", async (password) => {
    expect(await refusalOf(password)).toBeNull();
  });

  it("is looked at in no time, however it is made", async () => {
    const begun = performance.now();
    for (const part of ["a", "ab", "1234567890", "qwerty", "password", "!1"]) {
      await refusalOf(part.repeat(256).slice(0, 256), [part.repeat(100)]);
      await refusalOf(`${part.repeat(256).slice(0, 255)}é`, [part.repeat(100)]);
    }
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
