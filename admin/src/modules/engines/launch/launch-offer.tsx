import { useState } from "react";
import type { Connection } from "../../../api/engine-rows.ts";
import { useConnections } from "../connections-api.ts";
import { LaunchDialog, type LaunchedUnit } from "./LaunchDialog.tsx";

/** Whether Prefect can be asked, and whether somebody is about to. */
export type Offer = {
  /** Enabled ones; without any nothing is offered. */
  connections: Connection[];
  asking: { at: number; open: boolean } | null;
  ask: () => void;
  close: () => void;
};

/** What Prefect can be offered for: its connections, and the dialog's being asked for. */
export function useLaunchOffer(): Offer {
  const connections = (useConnections().data ?? []).filter(({ disabled_at }) => disabled_at === null);
  const [asking, setAsking] = useState<Offer["asking"]>(null);
  return {
    connections,
    asking,
    ask: () => setAsking({ at: Date.now(), open: true }),
    close: () => setAsking((before) => (before === null ? null : { ...before, open: false })),
  };
}

type OfferedLaunchProps = {
  offer: Offer;
  unit: LaunchedUnit;
  /** Makes the unit as a draft and answers its id; needed where `unit.id` is null. */
  makeUnit?: () => Promise<string>;
};

/** The dialog of an offer, in a place where a form may stand: not inside another one. */
export function OfferedLaunch({ offer, unit, makeUnit }: OfferedLaunchProps) {
  if (offer.asking === null) return null;
  return (
    <LaunchDialog
      key={offer.asking.at}
      unit={unit}
      connections={offer.connections}
      open={offer.asking.open}
      onClose={offer.close}
      makeUnit={makeUnit}
    />
  );
}
