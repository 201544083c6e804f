export { useMailSetup } from "./alerts/alerts-api.ts";
export { AuditEntries } from "./audit/AuditEntries.tsx";
export { Refusal } from "./Refusal.tsx";
export { ShownOnceDialog } from "./ShownOnceDialog.tsx";
