import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sendJson } from "../../../api/client.ts";
import type { EngineAction } from "../../../api/engine-rows.ts";

/** What is asked of Prefect. `unit_id` null: the unit is made first. */
export type Launch = {
  connection_id: string;
  unit_id: string | null;
  deployment_id: string;
  parameters: Record<string, unknown>;
};

type Launched = { unit_id: string; task_id: string; action: EngineAction };

/**
 * Launches a unit on Prefect, after `makeUnit` where there is none yet. A unit that was made stays when the launch is refused:
 * it is `madeId` from then on and is taken for the next try.
 */
export function useLaunch(makeUnit: (() => Promise<string>) | undefined) {
  const queryClient = useQueryClient();
  const [madeId, setMadeId] = useState<string | null>(null);
  const launching = useMutation({
    mutationFn: async ({ connection_id, unit_id, ...launch }: Launch) => {
      let unitId = unit_id ?? madeId;
      if (unitId === null) {
        if (makeUnit === undefined) throw new Error("A launch needs a unit or a way to make one.");
        unitId = await makeUnit();
        setMadeId(unitId);
      }
      return sendJson<Launched>("POST", `/prefect/connections/${connection_id}/launch`, {
        ...launch,
        unit_id: unitId,
      });
    },
    onSuccess: () => queryClient.invalidateQueries(),
  });
  return { launching, madeId };
}
