import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestApp, type TestApp } from "../../../../test/app.ts";
import { loopbackPlace } from "../../../http/loopback-place.ts";
import { isMachineTokenProof, proveMachineToken, writeMachineTokenFile } from "../tokens/machine-token.ts";
import { drawToken } from "../tokens/token-text.ts";
import { createMachineProof } from "./service.ts";

const drawNonce = () => randomBytes(32).toString("base64url");
const { token } = drawToken();
const nonce = drawNonce();
const place = "127.0.0.1 4400";

describe("the proof", () => {
  it("fits one token, one nonce, one address and one port", () => {
    const proof = proveMachineToken(token, nonce, place);
    expect(isMachineTokenProof(proof, token, nonce, place)).toBe(true);
    const others: readonly (readonly [string, string, string])[] = [
      [drawToken().token, nonce, place],
      [token, drawNonce(), place],
      [token, nonce, "127.0.0.1 4401"],
      [token, nonce, "127.0.0.2 4400"],
      [token, nonce, "::1 4400"],
    ];
    for (const other of others) expect(isMachineTokenProof(proof, ...other)).toBe(false);
    for (const wrong of ["", proof.slice(1), `${proof}A`, "é".repeat(43), proof.toLowerCase()])
      expect(isMachineTokenProof(wrong, token, nonce, place)).toBe(false);
  });

  it("is 256 bits that share nothing with token or hash", () => {
    expect(proveMachineToken(token, nonce, place)).toMatch(/^[\w-]{43}$/);
    expect(proveMachineToken(token, nonce, place)).toBe(proveMachineToken(token, nonce, place));
  });

  it("is given while the folder holds a token that only its owner can read, and on loopback", () => {
    const home = mkdtempSync(path.join(os.tmpdir(), "coursewright-proof-"));
    try {
      const { prove } = createMachineProof(home);
      const unavailable = expect.objectContaining({ code: "machine_proof_unavailable" });
      expect(() => prove(nonce, place)).toThrow(unavailable);
      writeMachineTokenFile(home, token);
      expect(prove(nonce, place)).toBe(proveMachineToken(token, nonce, place));
      expect(() => prove(nonce, null)).toThrow(unavailable);
      chmodSync(path.join(home, "cli-token"), 0o640);
      expect(() => prove(nonce, place)).toThrow(unavailable);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  it.each([
    ["127.0.0.1", "127.0.0.1 4400"],
    ["::ffff:127.0.0.1", "127.0.0.1 4400"],
    ["127.9.8.7", "127.9.8.7 4400"],
    ["::1", "::1 4400"],
    ["10.0.0.5", null],
    ["::ffff:10.0.0.5", null],
    ["12.7.0.1", null],
    ["::", null],
    ["", null],
  ])("knows this end of a connection to %s as %s", (localAddress, expected) => {
    expect(loopbackPlace({ incoming: { socket: { localAddress, localPort: 4400 } } })).toBe(expected);
  });
});

describe("the route", () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await createTestApp();
  });
  afterAll(() => test.close());
  const route = (given: string) => `/api/v1/auth/machine-proof?nonce=${given}`;

  it("answers a stranger at the server's own socket with the proof for that socket and nothing else", async () => {
    const { url } = await test.app.startServer();
    const answer = await fetch(`${url}${route(nonce)}`);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const { port } = new URL(url);
    expect(await answer.json()).toEqual({
      proof: proveMachineToken(test.token, nonce, `127.0.0.1 ${port}`),
    });
  });

  it("answers nothing where there is no such socket", async () => {
    const answer = await test.askAnonymously(route(nonce));
    expect([answer.status, await answer.json()]).toEqual([
      404,
      expect.objectContaining({ code: "machine_proof_unavailable" }),
    ]);
  });

  it.each(["", "short", `${nonce}A`, `${nonce.slice(1)}%20`, `${nonce.slice(1)}.`])(
    "refuses %j as a nonce",
    async (wrong) => {
      expect((await test.askAnonymously(route(wrong))).status).toBe(422);
    },
  );
});
