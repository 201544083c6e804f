import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createHome, type Product, removeHome, startProduct } from "../../test/product.ts";
import { makeToken, signIn } from "../../test/sign-in.ts";
import { readMachineToken } from "../modules/users/tokens/machine-token.ts";

const mainFile = path.resolve(import.meta.dirname, "../main.ts");

let product: Product;
let folder: string;
let tokensFile: string;
let readToken: string;
let operateToken: string;

beforeAll(async () => {
  product = await startProduct(createHome());
  const session = await signIn(product.url);
  readToken = await makeToken(product.url, session, "read");
  operateToken = await makeToken(product.url, session, "operate");
});
afterAll(async () => {
  await product.stop();
  removeHome(product.home);
});
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "coursewright-login-"));
  tokensFile = path.join(folder, ".config/coursewright/tokens.json");
  return () => rmSync(folder, { recursive: true, force: true });
});

/** Runs the program for somebody whose home folder is empty, away from the server's data. */
async function cw(words: readonly string[], { input = "", ...environment }: Record<string, string> = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(COURSEWRIGHT_|LOG_)/.test(name));
  const child = spawn(process.execPath, [mainFile, ...words], {
    env: {
      ...Object.fromEntries(inherited),
      ...{ HOME: folder, COURSEWRIGHT_HOME: path.join(folder, "data"), COURSEWRIGHT_URL: product.url },
      ...environment,
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const printed = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (chunk: string) => {
      printed[stream] += chunk;
    });
  }
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [exitCode] = await once(child, "close");
  return { exitCode, ...printed };
}

const login = (token: string, url = product.url) => cw(["login", url], { input: `${token}\n` });

/** A server that notes what it is asked with. */
async function listen(
  host: string,
  location?: string,
): Promise<{ url: string; asked: (string | undefined)[]; server: Server }> {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization);
    if (location === undefined) response.writeHead(401).end();
    else response.writeHead(307, { location: `${location}${request.url}` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  return { url: `http://${host}:${typeof address === "object" ? address?.port : 0}`, asked, server };
}

describe("coursewright login", () => {
  it("keeps a token for the server, in a file for its owner only, until logout", async () => {
    const refused = await cw(["units"]);
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining("coursewright login")]);
    const { exitCode, stdout, stderr } = await login(operateToken);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^Signed in at http\S+ as .+, admin\.\n$/)]);
    expect(stderr).toContain(`${product.url}/settings/tokens?new=command-line`);
    expect(stdout + stderr).not.toContain(operateToken);
    expect(statSync(tokensFile).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(tokensFile)).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(tokensFile, "utf8"))).toEqual({ [product.url]: operateToken });
    const listed = await cw(["units", "--json"]);
    expect([listed.exitCode, JSON.parse(listed.stdout)]).toEqual([0, []]);
    expect((await cw(["logout"])).stdout).toContain(`The token for ${product.url} is forgotten`);
    expect((await cw(["logout"])).stdout).toContain("No token is kept");
    expect((await cw(["units"])).exitCode).toBe(1);
  });

  it.each([
    ["no token", "", "No token was given"],
    ["another word", "hello", "This is not a token"],
    ["a token that nobody made", `cw_${"a".repeat(43)}`, "does not take this token"],
    ["a long text", "x".repeat(100_000), "too long"],
  ])("keeps nothing of %s", async (_what, token, sentence) => {
    const { exitCode, stdout, stderr } = await login(token);
    expect([exitCode, stdout, stderr]).toEqual([1, "", expect.stringContaining(sentence)]);
    expect(statSync(tokensFile, { throwIfNoEntry: false })).toBeUndefined();
  });

  it.each(["ftp://example.org", "courses.example.org", "https://me:secret@example.org"])(
    "answers the wrong address %s with exit code 2",
    async (url) => {
      expect((await login(operateToken, url)).exitCode).toBe(2);
    },
  );

  it("refuses a file that others can read, and one that holds something else", async () => {
    await login(operateToken);
    chmodSync(tokensFile, 0o644);
    const open = await cw(["units"]);
    expect([open.exitCode, open.stderr]).toEqual([1, expect.stringContaining("Other users can read")]);
    chmodSync(tokensFile, 0o600);
    writeFileSync(tokensFile, "[]");
    expect((await cw(["units"])).stderr).toContain("is not a file of tokens");
  });
});

describe("the token of a command", () => {
  it("comes from COURSEWRIGHT_TOKEN before anything else, and says when its scope is too narrow", async () => {
    await login(operateToken);
    const asReader = { COURSEWRIGHT_TOKEN: readToken };
    expect((await cw(["units"], asReader)).exitCode).toBe(0);
    const created = await cw(
      ["create", "--source", path.resolve("examples/sources/how-bread-rises.md")],
      asReader,
    );
    expect([created.exitCode, created.stderr]).toEqual([
      1,
      expect.stringMatching(
        /does not allow POST .* wider scope at http\S+\/settings\/tokens.*\(not_allowed\)/,
      ),
    ]);
  });

  it("that is wrong is told apart by where it comes from", async () => {
    const unknown = `cw_${"b".repeat(43)}`;
    const fromEnvironment = await cw(["units"], { COURSEWRIGHT_TOKEN: unknown });
    expect(fromEnvironment.stderr).toContain("does not take the token in COURSEWRIGHT_TOKEN");
    expect((await cw(["units"], { COURSEWRIGHT_TOKEN: "hello" })).stderr).toContain("holds no token");
    await login(operateToken);
    writeFileSync(tokensFile, JSON.stringify({ [product.url]: unknown }));
    expect((await cw(["units"])).stderr).toContain(`Run "coursewright login ${product.url}" again`);
    rmSync(tokensFile);
    expect((await cw(["units"])).stderr).toContain("COURSEWRIGHT_HOME");
    const inFolder = await cw(["units"], { COURSEWRIGHT_HOME: product.home });
    expect(inFolder.exitCode).toBe(0);
  });

  it("never follows a redirect", async () => {
    const elsewhere = await listen("127.0.0.1");
    const redirecting = await listen("127.0.0.1", elsewhere.url);
    const { exitCode, stderr } = await cw(["units"], {
      ...{ COURSEWRIGHT_URL: redirecting.url, COURSEWRIGHT_TOKEN: operateToken },
    });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining(`redirects to ${elsewhere.url}`)]);
    expect([redirecting.asked, elsewhere.asked]).toEqual([[`Bearer ${operateToken}`], []]);
    for (const { server } of [elsewhere, redirecting]) server.close();
  });

  it("of the data folder goes to this machine only, and one kept for a server to that server only", async () => {
    await login(operateToken);
    // An address that is not one of loopback by its name, although it leads here.
    const stranger = await listen("0.0.0.0");
    const refused = await login(operateToken, stranger.url);
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining("is not encrypted")]);
    expect(stranger.asked).toEqual([]);
    const { stderr } = await cw(["units"], {
      ...{ COURSEWRIGHT_URL: stranger.url, COURSEWRIGHT_HOME: product.home },
    });
    expect(stderr).toContain(`${stranger.url} asks for a token`);
    expect(stranger.asked).toEqual([undefined]);
    await cw(["login", stranger.url, "--unencrypted"], { input: operateToken });
    expect(stranger.asked).toEqual([undefined, `Bearer ${operateToken}`]);
    stranger.server.close();
  });

  it("of the data folder comes back while the server runs", async () => {
    const former = readMachineToken(product.home);
    rmSync(path.join(product.home, "cli-token"));
    await vi.waitFor(() => expect(readMachineToken(product.home)).toMatch(/^cw_/), { timeout: 15_000 });
    expect(readMachineToken(product.home)).not.toBe(former);
    expect((await cw(["units"], { COURSEWRIGHT_HOME: product.home })).exitCode).toBe(0);
    expect((await cw(["units"], { COURSEWRIGHT_TOKEN: former ?? "" })).exitCode).toBe(1);
  });
});
