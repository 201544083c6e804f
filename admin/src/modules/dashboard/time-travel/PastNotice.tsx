import { paths } from "../../../paths.ts";
import { parseSearch } from "../../../ui/link/search-params.ts";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { Notice } from "../../../ui/page/ErrorBlock.tsx";
import { copyText } from "../../../ui/value/CopyId.tsx";
import { pastWordsOf, spanFor, spanOf } from "./moments.ts";
import "./time-travel.css";

type PastNoticeProps = {
  /** The past moment that is asked for. */
  at: string;
  /** True while the page still shows another moment. */
  isReading: boolean;
  onTravel: (at: string | null) => void;
};

async function copyPermalink(at: string): Promise<void> {
  // What is open or filtered beside the moment belongs to what a reviewer shall see.
  const search = { ...parseSearch(window.location.search), at };
  const address = new URL(paths.courseGeneration(search), window.location.origin).href;
  const isCopied = await copyText(address);
  showToast(
    isCopied
      ? { tone: "ok", words: "The link to this moment is copied." }
      : { tone: "bad", words: `The browser refused to copy. The link is ${address}` },
  );
}

/** Says that the page shows the past, and leads back to now or a step further. */
export function PastNotice({ at, isReading, onTravel }: PastNoticeProps) {
  const atMs = Date.parse(at);
  const nowMs = Date.now();
  const { stepMs } = spanOf(spanFor(atMs, nowMs), null, nowMs);
  const step = (direction: 1 | -1) => {
    const next = atMs + direction * stepMs;
    onTravel(next >= Date.now() ? null : new Date(next).toISOString());
  };
  const words = pastWordsOf(new Date(atMs), new Date(nowMs));
  const actions = (
    <>
      <Button icon="left" title="A step back" onClick={() => step(-1)}>
        Earlier
      </Button>
      <Button icon="right" title="A step on" onClick={() => step(1)}>
        Later
      </Button>
      <Button icon="copy" onClick={() => void copyPermalink(at)}>
        Copy permalink
      </Button>
      <Button look="primary" onClick={() => onTravel(null)}>
        Back to now
      </Button>
    </>
  );
  return (
    <Notice
      tone="run"
      icon="clock"
      role="status"
      title={isReading ? `Reading how it was at ${words}` : `As it was at ${words}`}
      actions={actions}
    >
      <p>
        From the recorded times of jobs, runs and steps. The past does not move, and nothing in it can be
        cancelled, resumed or recovered: that can be done only now.
      </p>
    </Notice>
  );
}
