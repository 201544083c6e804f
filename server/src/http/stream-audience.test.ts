import { describe, expect, it, vi } from "vitest";
import {
  administrator,
  changeOf,
  createEventApplication,
  createHub,
  openStream,
  position,
  taskRow,
} from "../../test/builders/event-streams.ts";
import { signedIn } from "../../test/builders/test-api.ts";
import type { Caller, Identify } from "../platform/caller.ts";
import type { LiveEvent, SummaryRow } from "./live-hub-rows.ts";

describe("who may read what", () => {
  const viewer = signedIn({ id: "v1", name: "Vera", role: "viewer" });
  const account = (id: string): LiveEvent => ({ ...taskRow(id, 1), entity: "user" });

  it("tells accounts to administrators only, with the same numbers for everybody", async () => {
    const { hub, send } = createHub({ events: [taskRow("t0", 1), account("u0")], position });
    const [ada, vera] = await Promise.all([
      openStream(hub),
      openStream(
        hub,
        {},
        createEventApplication(hub, () => viewer),
      ),
    ]);
    const idsIn = async (stream: typeof ada, kind: string) =>
      (await stream.next(kind)).data.events?.map(({ id }) => id);
    expect(await idsIn(ada, "hello")).toEqual(["t0", "u0"]);
    expect(await idsIn(vera, "hello")).toEqual(["t0"]);
    send(changeOf(41, account("u1"), taskRow("t1", 1)));
    expect(await idsIn(ada, "changes")).toEqual(["u1", "t1"]);
    expect(await idsIn(vera, "changes")).toEqual(["t1"]);
    send(changeOf(42, account("u2")));
    expect(await idsIn(ada, "changes")).toEqual(["u2"]);
    expect((await vera.next("changes")).data).toMatchObject({ seq: 42, events: [] });
    // What waits for a reader that does not keep up is filtered as well.
    for (const seq of [43, 44, 45]) send(changeOf(seq, account("u3"), taskRow("t3", seq)));
    let last = 42;
    while (last < 45) {
      const { data } = await vera.next("changes");
      expect(data.events?.map(({ id }) => id)).toEqual(["t3"]);
      last = data.seq;
    }
    for (const { stop } of [ada, vera]) stop.abort();
  });

  it("leaves out for everybody else what they may not see of a row, also in what waits", async () => {
    const alert = (seq: number): LiveEvent => {
      const row = { id: "a1", version: seq, emails: ["ada@example.org"] };
      return { entity: "alert", id: "a1", parents: {}, version: seq, patch: row };
    };
    const hidden = { alert: (row: SummaryRow) => ({ ...row, emails: ["…@example.org"] }) };
    const { hub, send } = createHub({ events: [alert(1)], position });
    const [ada, vera] = await Promise.all([
      openStream(hub, {}, createEventApplication(hub, undefined, { hidden })),
      openStream(
        hub,
        {},
        createEventApplication(hub, () => viewer, { hidden }),
      ),
    ]);
    const emailsIn = async (stream: typeof ada, kind: string) =>
      (await stream.next(kind)).data.events?.map(({ patch }) => patch?.emails);
    expect(await emailsIn(ada, "hello")).toEqual([["ada@example.org"]]);
    expect(await emailsIn(vera, "hello")).toEqual([["…@example.org"]]);
    for (const seq of [41, 42, 43]) send(changeOf(seq, alert(seq)));
    expect(await emailsIn(ada, "changes")).toEqual([["ada@example.org"]]);
    let last = 40;
    while (last < 43) {
      const { data } = await vera.next("changes");
      expect(data.events?.map(({ patch }) => patch?.emails)).toEqual([["…@example.org"]]);
      last = data.seq;
    }
    for (const { stop } of [ada, vera]) stop.abort();
  });

  it("does not tell accounts to an administrator's token that may only read", async () => {
    const { hub, send } = createHub();
    const proof = { kind: "token", token_id: "k1", scopes: ["read"], is_of_machine: false } as const;
    const stream = await openStream(
      hub,
      {},
      createEventApplication(hub, () => ({ ...administrator, proof })),
    );
    send(changeOf(41, account("u1")));
    expect((await stream.next("changes")).data.events).toEqual([]);
    stream.stop.abort();
  });

  it.each<[string, (now: Caller) => Caller | null]>([
    ["the session ended", () => null],
    ["the role is a learner's now", (now) => ({ ...now, role: "learner" })],
    ["a second factor is owed", (now) => ({ ...now, owes_second_factor: true })],
  ])("says signed_out and ends when the account was told and %s", async (_what, become) => {
    const { hub, send, listeners } = createHub();
    let now: Caller | null = viewer;
    const stream = await openStream(
      hub,
      {},
      createEventApplication(hub, () => now),
    );
    await stream.next("hello");
    send(changeOf(41, account("somebody else")));
    expect((await stream.next("changes")).data.seq).toBe(41);
    now = become(viewer);
    send(changeOf(42, account(viewer.id)));
    expect(await stream.next("signed_out")).toMatchObject({ id: undefined, data: { epoch: "epoch-1" } });
    expect((await stream.reader.read()).done).toBe(true);
    expect(listeners.size).toBe(0);
  });

  it.each<[string, Partial<Caller>]>([
    ["role", { role: "operator" }],
    ["name", { name: "Vera Veil" }],
  ])("tells only the person that their %s changed, once, and goes on", async (_what, change) => {
    const { hub, send } = createHub();
    let now: Caller = viewer;
    const bystander = signedIn({ id: "v2", name: "Bo", role: "viewer" });
    const [vera, bo] = await Promise.all([
      openStream(
        hub,
        {},
        createEventApplication(hub, () => now),
      ),
      openStream(
        hub,
        {},
        createEventApplication(hub, () => bystander),
      ),
    ]);
    now = { ...viewer, ...change };
    send(changeOf(41, account(viewer.id)));
    expect(await vera.next("session")).toMatchObject({ id: undefined, data: { epoch: "epoch-1" } });
    send(changeOf(42, account(viewer.id)));
    send(changeOf(43, taskRow("t1", 1)));
    const kindsUpTo43 = async (stream: typeof vera) => {
      const kinds: string[] = [];
      for (let event = await stream.read(); event !== null; event = await stream.read()) {
        kinds.push(event.event);
        if (event.data.seq === 43) break;
      }
      return kinds;
    };
    expect(await kindsUpTo43(vera)).not.toContain("session");
    expect(await kindsUpTo43(bo)).not.toContain("session");
    for (const { stop } of [vera, bo]) stop.abort();
  });

  it("ends without signed_out when the role changed, so that the browser comes back as what it is now", async () => {
    const { hub, send } = createHub();
    let now: Caller = administrator;
    const stream = await openStream(
      hub,
      {},
      createEventApplication(hub, () => now),
    );
    await stream.next("hello");
    now = { ...administrator, role: "viewer" };
    send(changeOf(41, account(administrator.id)));
    await stream.next("session");
    await expect(stream.next("signed_out")).rejects.toThrow('ended before "signed_out"');
  });

  it("finds out by itself when nothing was told, and after a gap, and keeps its readers while it cannot ask", async () => {
    for (const told of ["nothing", "gap"] as const) {
      const { hub, send } = createHub();
      let now: Caller | null = viewer;
      let asked = 0;
      const identify: Identify = async () => {
        asked += 1;
        if (asked === 1) throw new Error("The database is away");
        return now;
      };
      const options = { identify, askEveryMs: told === "gap" ? 60_000 : 5 };
      const stream = await openStream(
        hub,
        {},
        createEventApplication(hub, () => viewer, options),
      );
      await stream.next("hello");
      now = null;
      if (told === "gap") {
        send({ kind: "gap", seq: 41, position });
        await vi.waitFor(() => expect(asked).toBe(1));
        send({ kind: "gap", seq: 42, position });
      }
      await stream.next("signed_out");
      expect(asked).toBeGreaterThan(1);
    }
  });

  it("asks once for a hundred readers who show the same", async () => {
    const { hub, send } = createHub();
    let asked = 0;
    const identify: Identify = async () => {
      asked += 1;
      return viewer;
    };
    const { stop, application } = createEventApplication(hub, () => viewer, {
      identify,
      streamsPerUser: 100,
    });
    const headers = { cookie: "session=one" };
    for (let reader = 0; reader < 100; reader += 1) await application.request("/events", { headers });
    send(changeOf(41, account(viewer.id)));
    await vi.waitFor(() => expect(asked).toBe(1));
    stop.abort();
  });

  it("lets one caller have so many streams and no more; a closed one counts no longer", async () => {
    const { hub, listeners } = createHub();
    const served = createEventApplication(hub, () => viewer, { streamsPerUser: 2 });
    const first = await openStream(hub, {}, served);
    await openStream(hub, {}, served);
    const refused = await served.application.request("/events");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(await refused.json()).toMatchObject({ code: "too_many_requests" });
    await first.reader.cancel();
    await vi.waitFor(() => expect(listeners.size).toBe(1));
    expect((await served.application.request("/events")).status).toBe(200);
    served.stop.abort();
  });
});
