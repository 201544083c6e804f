import { RoleButton } from "../../session/public.ts";
import type { LaunchedUnit } from "./LaunchDialog.tsx";
import { OfferedLaunch, useLaunchOffer } from "./launch-offer.tsx";

/** The way to let Prefect write a unit; nothing where no connection is enabled. */
export function GenerateOnPrefect({ unit }: { unit: LaunchedUnit }) {
  const offer = useLaunchOffer();
  if (offer.connections.length === 0) return null;
  return (
    <>
      <RoleButton least="operator" large icon="plug" onClick={offer.ask}>
        Generate on Prefect…
      </RoleButton>
      <OfferedLaunch offer={offer} unit={unit} />
    </>
  );
}
