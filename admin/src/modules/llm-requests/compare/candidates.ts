import type { LlmRequestDetail } from "../../../api/detail-rows.ts";

/** Something that a request can be compared with: another attempt of its step, or a replay. */
export type Candidate = {
  key: string;
  title: string;
  status: string;
  model: string | null;
  /** null: the replay has not sent anything yet. */
  requestId: string | null;
  /** The task of a replay; null for an attempt. */
  taskId: string | null;
};

type Comparable = Pick<LlmRequestDetail, "id" | "siblings" | "replays">;

/** The other attempts in order, then the replays, oldest first. */
export function candidatesOf(request: Comparable): Candidate[] {
  const attempts = request.siblings.map((sibling, position) => ({
    key: sibling.id,
    title: `Attempt ${position + 1}`,
    status: sibling.status,
    model: sibling.model,
    requestId: sibling.id,
    taskId: null,
  }));
  const replays = request.replays.toReversed().map((replay, position) => ({
    key: replay.id,
    title: `Replay ${position + 1}`,
    status: replay.status,
    model: replay.model,
    requestId: replay.id,
    taskId: replay.task_id,
  }));
  return [...attempts.filter(({ key }) => key !== request.id), ...replays];
}

/** What `compare` in the address means: a request's id, or the task of a replay that may not have sent anything yet. */
export function chooseCandidate(candidates: readonly Candidate[], compare: string): Candidate {
  const known =
    candidates.find(({ requestId }) => requestId === compare) ??
    candidates.findLast(({ taskId }) => taskId === compare);
  if (known !== undefined) return known;
  const replays = candidates.filter(({ taskId }) => taskId !== null).length;
  return {
    key: compare,
    title: `Replay ${replays + 1}`,
    status: "pending",
    model: null,
    requestId: null,
    taskId: compare,
  };
}
