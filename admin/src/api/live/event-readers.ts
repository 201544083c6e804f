import { type LiveMessage, type Place, parseChanges, parseHello, parsePlace } from "./live-messages.ts";

// With its hello the server tells a new reader what changed in the five seconds before.
const toldBeforeMs = 5000;

/**
 * Reads each kind of event of the stream. What came is passed on in any case, row versions keep it right; whatever may have
 * been missed is a gap.
 */
export function createEventReaders(publish: (message: LiveMessage) => void, now: () => Date) {
  const openedAt = now().getTime();
  const numbers = createNumbers();
  const missed = (forget = false) => publish({ kind: "gap", forget });
  const hello = (data: string) => {
    const event = parseHello(data);
    if (event === null) return missed();
    const { changes: told, resumed } = event;
    const { isFirst, isOtherEpoch } = numbers.begin(event);
    if (told.length > 0) publish({ kind: "changes", changes: told });
    const isLate = isFirst && now().getTime() - openedAt > toldBeforeMs;
    if (!resumed || isLate) missed(isOtherEpoch && !resumed);
  };
  const changes = (data: string) => {
    const event = parseChanges(data);
    if (event === null) return missed();
    if (event.changes.length > 0) publish({ kind: "changes", changes: event.changes });
    if (!numbers.follow(event, event.first)) missed();
  };
  const beat = (data: string) => {
    const event = parsePlace(data);
    if (event === null || !numbers.isAt(event)) missed();
    if (event !== null) numbers.reach(event);
  };
  const gap = (data: string) => {
    const event = parsePlace(data);
    if (event !== null) numbers.reach(event);
    missed();
  };
  const session = () => publish({ kind: "session" });
  return { hello, changes, beat, gap, session };
}

/** Follows the numbers of the server's broadcasts. */
function createNumbers() {
  let place: Place | undefined;
  const isAt = ({ epoch, seq }: Place) => place?.epoch === epoch && place.seq === seq;
  const reach = ({ epoch, seq }: Place) => {
    // One that comes late does not take back what is known.
    place = { epoch, seq: place?.epoch === epoch ? Math.max(place.seq, seq) : seq };
  };
  return {
    /** Whether the newest broadcast that was seen is this one. */
    isAt,
    reach,
    /** Takes in broadcasts from `first` on; whether they follow what was seen without a hole or a repeat. */
    follow(reached: Place, first: number): boolean {
      const follows = isAt({ epoch: reached.epoch, seq: first - 1 });
      reach(reached);
      return follows;
    },
    /** Begins anew at the number with which a connection opened. */
    begin({ epoch, seq }: Place): { isFirst: boolean; isOtherEpoch: boolean } {
      const former = place;
      place = { epoch, seq };
      return {
        isFirst: former === undefined,
        isOtherEpoch: former !== undefined && former.epoch !== epoch,
      };
    },
  };
}
