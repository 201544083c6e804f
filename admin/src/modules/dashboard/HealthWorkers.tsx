import type { CSSProperties } from "react";
import type { Worker } from "../../api/detail-rows.ts";
import { useLiveRow } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Card } from "../../ui/page/Card.tsx";
import { DataStates } from "../../ui/page/DataStates.tsx";
import { SkeletonRows } from "../../ui/page/Skeleton.tsx";
import { StatusMark } from "../../ui/status/StatusBadge.tsx";
import { useWordsOfNow } from "../../ui/value/clock.ts";
import { formatDuration } from "../../ui/value/format.ts";
import { shownWorkersOf, useWorkers } from "../tasks/public.ts";
import { useAnswerMoment } from "./answer-moment.tsx";
import "./health-card.css";

const tasksLink = (
  <AppLink className="text-2" href={paths.tasks()}>
    Tasks
  </AppLink>
);

/** The processes that execute jobs: their slots, and their heartbeats as they come. Of the past they are not recorded. */
export function HealthWorkers() {
  return useAnswerMoment().isPast ? null : <WorkersNow />;
}

function WorkersNow() {
  const workers = useWorkers();
  return (
    <Card title="Workers" actions={tasksLink}>
      <DataStates
        data={workers.data}
        failure={workers.error === null ? null : describeError(workers.error)}
        skeleton={<SkeletonRows rows={2} label="Loading workers" />}
        onReload={workers.reload}
        reloading={workers.reloading}
      >
        {(all) =>
          all.length === 0 ? (
            <p className="card-pad text-2">
              No worker has ever reported. Start one with <code>coursewright worker</code>; accepted jobs wait
              for it.
            </p>
          ) : (
            <ul className="worker-rows">
              {shownWorkersOf(all).map((worker) => (
                <WorkerRow key={worker.id} worker={worker} />
              ))}
            </ul>
          )
        }
      </DataStates>
    </Card>
  );
}

/** A worker's last sign of life in words: `beat 1 s`, `silent for 12 s`, `gone`. */
export function beatWords(worker: Pick<Worker, "health" | "beat_at">, nowMs: number): string {
  if (worker.health === "stopped") return "stopped";
  if (worker.health === "dead") return "gone";
  // The two machines' clocks may differ: a beat of the future is one of now.
  const agoMs = Math.max(0, nowMs - Date.parse(worker.beat_at));
  const ago = formatDuration(Math.floor(agoMs / 1000) * 1000).replace(/^0 ms$/, "0 s");
  return worker.health === "suspect" ? `silent for ${ago}` : `beat ${ago}`;
}

const shownSlots = 8;

function WorkerRow({ worker: fetched }: { worker: Worker }) {
  const worker = useLiveRow("worker", fetched);
  const beat = useWordsOfNow((nowMs) => beatWords(worker, nowMs));
  const isAlive = worker.health === "healthy" || worker.health === "suspect";
  return (
    <li>
      <StatusMark status={worker.health} />
      <span className="worker-name">
        <span className="cut strong">{worker.host}</span> <span className="text-3">{worker.pid}</span>
      </span>
      {isAlive ? <Slots running={worker.running} capacity={worker.capacity} /> : <span />}
      <span className="text-2 no-wrap">{isAlive ? `${worker.running} of ${worker.capacity}` : ""}</span>
      <span className={worker.health === "suspect" ? "is-warn toned no-wrap" : "text-3 no-wrap"}>{beat}</span>
    </li>
  );
}

function Slots({ running, capacity }: { running: number; capacity: number }) {
  if (capacity > shownSlots) {
    const share = `${(Math.min(running, capacity) / capacity) * 100}%`;
    // Custom properties are not part of React's CSSProperties.
    return <span className="slots-bar" aria-hidden="true" style={{ "--value": share } as CSSProperties} />;
  }
  const slots = Array.from({ length: capacity }, (_, place) => ({
    key: `slot-${place}`,
    busy: place < running,
  }));
  return (
    <span className="slots" aria-hidden="true">
      {slots.map(({ key, busy }) => (
        <i key={key} className={busy ? "slot-busy" : ""} />
      ))}
    </span>
  );
}
