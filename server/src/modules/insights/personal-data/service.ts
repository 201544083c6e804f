import type { Database, Transaction } from "../../../platform/database.ts";
import { listSavedViews } from "../saved-views/repo.ts";
import {
  deleteDeliveriesTo,
  deleteSavedViewsOf,
  hasNamesake,
  listAlertsMailedTo,
  listIncidentRemarks,
  listStartedRecoveries,
  type Person,
  removeAlertReceiver,
  replaceNameOnIncidents,
  replaceNameOnRecoveries,
  replaceNameOnVersions,
} from "./repo.ts";

/** What saved views, incidents and alerts hold of a person. */
export function createInsightsPersonalData(database: Database) {
  return {
    /** By kind, for the export of their data. */
    async list(person: Person): Promise<Record<string, unknown>> {
      return {
        saved_views: await listSavedViews(database, person.id, undefined),
        incident_remarks: await listIncidentRemarks(database, person),
        incident_recoveries: await listStartedRecoveries(database, person),
        alerts_mailed_to: await listAlertsMailedTo(database, person),
      };
    },
    /** Removes saved views and the address of alerts; the placeholder stands where the name did. */
    async erase(transaction: Transaction, person: Person, placeholder: string): Promise<void> {
      await deleteSavedViewsOf(transaction, person);
      await replaceNameOnRecoveries(transaction, person, placeholder);
      if (!(await hasNamesake(transaction, person))) {
        await replaceNameOnIncidents(transaction, person, placeholder);
        await replaceNameOnVersions(transaction, person, placeholder);
      }
      if (person.email === null) return;
      await removeAlertReceiver(transaction, person.email);
      await deleteDeliveriesTo(transaction, person.email);
    },
  };
}
