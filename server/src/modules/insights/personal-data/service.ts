import type { Database, Transaction } from "../../../platform/database.ts";
import { listSavedViews } from "../saved-views/repo.ts";
import {
  deleteDeliveriesTo,
  deleteSavedViewsOf,
  listAlertsMailedTo,
  listIncidentRemarks,
  listRecoveriesOf,
  type Person,
  removeAlertReceiver,
} from "./repo.ts";

/** What saved views, incidents and alerts hold of a person. */
export function createInsightsPersonalData(database: Database) {
  return {
    /** By kind, for the export of their data. */
    async list(person: Person): Promise<Record<string, unknown>> {
      return {
        saved_views: await listSavedViews(database, person.id, undefined),
        incident_remarks: await listIncidentRemarks(database, person),
        incident_recoveries: await listRecoveriesOf(database, person),
        alerts_mailed_to: await listAlertsMailedTo(database, person),
      };
    },
    /** Removes saved views and the address of alerts. Incidents name people by their id: they show the placeholder by themselves. */
    async erase(transaction: Transaction, person: Person): Promise<void> {
      await deleteSavedViewsOf(transaction, person);
      if (person.email === null) return;
      await removeAlertReceiver(transaction, person.email);
      await deleteDeliveriesTo(transaction, person.email);
    },
  };
}
