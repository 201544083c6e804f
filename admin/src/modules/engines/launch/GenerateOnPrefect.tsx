import { Button } from "../../../ui/page/Button.tsx";
import type { LaunchedUnit } from "./LaunchDialog.tsx";
import { OfferedLaunch, useLaunchOffer } from "./launch-offer.tsx";

/** The way to let Prefect write a unit; nothing where no connection is enabled. */
export function GenerateOnPrefect({ unit }: { unit: LaunchedUnit }) {
  const offer = useLaunchOffer();
  if (offer.connections.length === 0) return null;
  return (
    <>
      <Button large icon="plug" onClick={offer.ask}>
        Generate on Prefect…
      </Button>
      <OfferedLaunch offer={offer} unit={unit} />
    </>
  );
}
