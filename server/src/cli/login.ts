import type { ReadStream } from "node:tty";
import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { loadConfig } from "../config.ts";
import { isTokenText } from "../modules/users/tokens/token-text.ts";
import { createApiClient } from "./api-client.ts";
import { isOnThisMachine } from "./credential.ts";
import { cliErrors } from "./errors.ts";
import { printable } from "./output.ts";
import { forgetToken, storedTokensFile, storeToken } from "./stored-tokens.ts";

const sessionSchema = z.looseObject({
  user: z.looseObject({ name: z.string(), role: z.string() }).nullable(),
});

// A token has 46 characters; whatever is longer than this is something else.
const mostCharacters = 4_096;

/** Adds `login` and `logout`, which keep tokens of servers elsewhere. */
export function addLoginCommands(program: Command): void {
  program
    .command("login")
    .description("Keep an API token for a server; it is read from standard input")
    .argument("[url]", "address of the server (default: COURSEWRIGHT_URL)", parseAddress)
    .option(
      "--unencrypted",
      "also where the token travels over http:// to another machine, readable on its way",
    )
    .action(async (url: string | undefined, flags: { readonly unencrypted?: boolean }) =>
      logIn(url ?? loadConfig(process.env).client.url, flags.unencrypted === true),
    );
  program
    .command("logout")
    .description("Forget the token that is kept for a server")
    .argument("[url]", "address of the server (default: COURSEWRIGHT_URL)", parseAddress)
    .action((url?: string) => logOut(url ?? loadConfig(process.env).client.url));
}

function parseAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
    throw new InvalidArgumentError("It must be an address such as https://courses.example.org.");
  return text.replace(/\/+$/, "");
}

async function logIn(url: string, isUnencryptedAllowed: boolean): Promise<void> {
  if (new URL(url).protocol === "http:" && !isOnThisMachine(url) && !isUnencryptedAllowed)
    throw cliErrors.create(
      "request_refused",
      `${url} is not encrypted: whoever is on the way can read the token. Use https://, or say --unencrypted where nobody else is on the way.`,
    );
  process.stderr.write(`Make a token at ${url}/settings/tokens?new=command-line\n`);
  const token = await readToken();
  if (token === "") {
    throw cliErrors.create(
      "token_missing",
      "No token was given. Paste it here, or pass it on standard input.",
    );
  }
  if (!isTokenText(token))
    throw cliErrors.create(
      "token_missing",
      "This is not a token: one begins with cw_ and has 46 characters.",
    );
  const { home } = loadConfig(process.env);
  const { user } = await createApiClient({ url, token, home }).get("/auth/session", sessionSchema);
  if (user === null) {
    throw cliErrors.create(
      "request_refused",
      `${url} does not take this token: it is incomplete, expired or revoked. Nothing was kept.`,
    );
  }
  storeToken(url, token);
  process.stdout.write(`Signed in at ${url} as ${printable(user.name)}, ${printable(user.role)}.\n`);
  process.stderr.write(
    `The token is kept in ${storedTokensFile()}; "coursewright logout ${url}" forgets it.\n`,
  );
}

function logOut(url: string): void {
  process.stdout.write(
    forgetToken(url)
      ? `The token for ${url} is forgotten. It works until it is revoked at ${url}/settings/tokens.\n`
      : `No token is kept for ${url}.\n`,
  );
}

async function readToken(): Promise<string> {
  const { stdin } = process;
  return stdin.isTTY ? readHidden(stdin) : readPiped(stdin);
}

async function readPiped(input: NodeJS.ReadStream): Promise<string> {
  let text = "";
  input.setEncoding("utf8");
  for await (const chunk of input) {
    text += chunk;
    if (text.length > mostCharacters) throw tooLong();
  }
  return text.trim();
}

/** Reads a line from the terminal without showing it. */
function readHidden(terminal: ReadStream): Promise<string> {
  // Before the question, so that nothing is shown of an answer that comes at once.
  terminal.setRawMode(true);
  terminal.setEncoding("utf8");
  process.stderr.write("Token (not shown): ");
  return new Promise<string>((resolve, reject) => {
    let text = "";
    const end = (settle: () => void) => {
      terminal.setRawMode(false);
      terminal.pause();
      terminal.off("data", take);
      process.stderr.write("\n");
      settle();
    };
    const take = (chunk: string) => {
      for (const character of chunk) {
        if (character === "\r" || character === "\n") return end(() => resolve(text.trim()));
        if (character === interrupt || character === endOfInput) return end(() => resolve(""));
        text = character === backspace || character === rubout ? text.slice(0, -1) : text + character;
        if (text.length > mostCharacters) return end(() => reject(tooLong()));
      }
    };
    terminal.on("data", take);
    terminal.resume();
  });
}

// Ctrl-C and Ctrl-D come as characters while the terminal shows nothing.
const interrupt = "\u0003";
const endOfInput = "\u0004";
const backspace = "\b";
const rubout = "\u007f";

function tooLong() {
  return cliErrors.create("token_missing", "What was given is too long for a token. Nothing was kept.");
}
