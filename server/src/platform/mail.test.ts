import { createServer } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterEach, expect, test } from "vitest";
import { createMailer, mailIsNotConfigured } from "./mail.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface ReceivedMail {
  readonly to: readonly string[];
  readonly text: string;
}

async function startMailServer(): Promise<{ url: string; mails: ReceivedMail[] }> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, text: Buffer.concat(chunks).toString("utf8") });
        done();
      });
    },
  });
  const port = await new Promise<number>((resolve) => {
    const listening = server.listen(0, "127.0.0.1", () => {
      const address = listening.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { url: `smtp://127.0.0.1:${port}`, mails };
}

const from = "Courses <courses@example.org>";

test("a mail goes to one address, whatever its subject and text hold", async () => {
  const { url, mails } = await startMailServer();
  const mail = {
    to: "ada@example.org",
    subject: "Hello\r\nBcc: eve@example.org\r\n\r\n<script>",
    text: "First\r\n.\r\nMAIL FROM:<eve@example.org>\n",
  };
  expect(await createMailer({ smtpUrl: url, from }).send(mail)).toBeNull();
  expect(mails.map(({ to }) => to)).toEqual([["ada@example.org"]]);
  const [head = ""] = (mails[0]?.text ?? "").split("\r\n\r\n");
  expect(head).not.toMatch(/^bcc:/im);
  expect(head).toMatch(/^Content-Type: text\/plain/m);
  expect(head).toMatch(/^Auto-Submitted: auto-generated/m);
});

test("an address that is a list of addresses reaches nobody", async () => {
  const { url, mails } = await startMailServer();
  const mail = { to: "ada@example.org, eve@example.org", subject: "s", text: "t" };
  expect(await createMailer({ smtpUrl: url, from }).send(mail)).not.toBeNull();
  expect(mails).toEqual([]);
});

test("without a server, or with one that does not answer, it says why and does not throw", async () => {
  const nothing = createMailer({ smtpUrl: undefined, from });
  expect(nothing.isConfigured).toBe(false);
  const mail = { to: "ada@example.org", subject: "s", text: "t" };
  expect(await nothing.send(mail)).toBe(mailIsNotConfigured);
  const gone = createMailer({ smtpUrl: "smtp://user:planted-word@127.0.0.1:9", from });
  const problem = await gone.send(mail);
  expect(problem).toMatch(/^The mail server did not take it: .*\.$/);
  expect(problem).not.toContain("planted-word");
});

test("an attempt that its caller breaks off throws", async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise<void>((resolve) => silent.close(() => resolve())));
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const breaking = new AbortController();
  silent.on("connection", (socket) => {
    closing.push(async () => void socket.destroy());
    breaking.abort();
  });
  const mailer = createMailer({ smtpUrl: `smtp://127.0.0.1:${port}`, from });
  await expect(
    mailer.send({ to: "ada@example.org", subject: "s", text: "t" }, breaking.signal),
  ).rejects.toThrow();
});
