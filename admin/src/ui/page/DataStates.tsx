import type { ReactNode } from "react";
import { Button } from "./Button.tsx";
import { ErrorBlock, Notice } from "./ErrorBlock.tsx";

type DataStatesProps<Data> = {
  data: Data | undefined;
  /** What went wrong with the last fetch, in words; null when it went well. */
  failure: { title: string; text: string; raw: string | null } | null;
  skeleton: ReactNode;
  onReload: () => void;
  reloading: boolean;
  children: (data: Data) => ReactNode;
};

/** Tells waiting, failed and there apart. Data that is there stays, with a remark, when a refresh fails. */
export function DataStates<Data>(props: DataStatesProps<Data>) {
  const { data, failure, skeleton, onReload, reloading, children } = props;
  const again = (
    <Button icon="reload" busy={reloading} onClick={onReload}>
      Try again
    </Button>
  );
  if (data === undefined && failure === null) return skeleton;
  if (data === undefined) {
    return (
      <ErrorBlock title={failure?.title} raw={failure?.raw} actions={again}>
        <p>{failure?.text}</p>
      </ErrorBlock>
    );
  }
  return (
    <>
      {failure !== null && (
        <Notice
          tone="warn"
          icon="triangle"
          title="This could not be brought up to date"
          raw={failure.raw}
          actions={again}
        >
          <p>What you see was read earlier. {failure.text}</p>
        </Notice>
      )}
      {children(data)}
    </>
  );
}
