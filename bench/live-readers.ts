import { connect } from "node:net";

// A child of live.ts: opens many event streams and notes when each broadcast was there as a whole.
// Arguments: address, number of readers; READER_AUTHORIZATION is what each shows of itself. Says "open" when all have heard hello; at the end of its input it prints one JSON line.
const [address = "", countText = "0"] = process.argv.slice(2);
const authorization = process.env.READER_AUTHORIZATION ?? "";
const url = new URL(address);
const count = Number(countText);

interface Arrivals {
  /** Wall clock in ms by number of the broadcast, one entry per reader. */
  readonly [seq: number]: number[];
}
const arrivals: Record<number, number[]> = {};
/** The latest commit by number of the broadcast, as the rows of the first reader's events say. */
const rows: { seq: number; id: string; cents: number }[] = [];
let greeted = 0;
let gaps = 0;
let bytes = 0;

const blankLine = Buffer.from("\n\n");
const headBytes = 700;
// Of each broadcast's thousand arrivals, evenly over them and the last among them: enough to tell p99 of all.
const keptPerBroadcast = 250;

function openReader(isFirst: boolean): void {
  const socket = connect(Number(url.port), url.hostname, () => {
    socket.write(
      `GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nAuthorization: ${authorization}\r\n\r\n`,
    );
  });
  let begun: Buffer[] = [];
  let seqBefore = 0;
  const frame = (parts: Buffer[]) => {
    const whole = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    // The first one stands behind the head of the answer.
    const start = Math.max(0, whole.indexOf("event: "));
    const head = whole.toString("latin1", start, Math.min(whole.length, start + headBytes));
    const seq = Number(/"seq":(\d+)/.exec(head)?.[1] ?? Number.NaN);
    if (head.includes("event: hello")) {
      greeted += 1;
      seqBefore = seq;
      if (greeted === count) process.stdout.write("open\n");
      return;
    }
    if (head.includes("event: gap")) gaps += 1;
    if (!head.includes("event: changes")) return;
    const now = performance.timeOrigin + performance.now();
    for (let number = seqBefore + 1; number <= seq; number += 1) {
      const ofNumber = arrivals[number] ?? [];
      arrivals[number] = ofNumber;
      ofNumber.push(now);
    }
    seqBefore = seq;
    if (isFirst) noteRows(seq, whole.toString("utf8"));
  };
  socket.on("data", (data: Buffer) => {
    bytes += data.length;
    let from = 0;
    for (;;) {
      const end = data.indexOf(blankLine, from);
      if (end < 0) break;
      frame([...begun, data.subarray(from, end)]);
      begun = [];
      from = end + blankLine.length;
    }
    // Of a frame that goes on in the next part only the head is of interest, but for the first reader.
    const rest = data.subarray(from);
    if (rest.length > 0 && (isFirst || begun.length < 3)) begun.push(rest);
  });
  socket.on("error", (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

function noteRows(seq: number, text: string): void {
  const data = /\ndata: (.*)$/s.exec(text)?.[1];
  if (data === undefined) return;
  const parsed: unknown = JSON.parse(data);
  // What docs/reference/events.md promises for this event.
  const { events } = parsed as {
    events: { entity: string; id: string; patch: { cost_usd: number } | null }[];
  };
  for (const { entity, id, patch } of events) {
    if (entity === "flow_run" && patch !== null)
      rows.push({ seq, id, cents: Math.round(patch.cost_usd * 100) });
  }
}

for (let reader = 0; reader < count; reader += 1) openReader(reader === 0);
for await (const _part of process.stdin);
const every = Math.max(1, Math.floor(count / keptPerBroadcast));
for (const [seq, times] of Object.entries(arrivals)) {
  arrivals[Number(seq)] = times
    .sort((left, right) => left - right)
    .filter((_, reader) => reader % every === every - 1);
}
const answer = { arrivals: arrivals satisfies Arrivals, rows, gaps, bytes };
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit());
