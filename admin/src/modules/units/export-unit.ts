import { apiFetch } from "../../api/client.ts";

/** The two forms of an exported unit. */
export type ExportFormat = "md" | "json";

function fileNameOf(disposition: string | null, format: ExportFormat): string {
  return /filename="([^"]+)"/.exec(disposition ?? "")?.[1] ?? `unit.${format}`;
}

/** Fetches a unit as a file and hands it to the browser. @throws ApiError `unit_empty` when nothing is written yet. */
export async function downloadUnit(unitId: string, format: ExportFormat): Promise<string> {
  const response = await apiFetch(`/api/v1/content/units/${unitId}/export?format=${format}`);
  const name = fileNameOf(response.headers.get("content-disposition"), format);
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
  return name;
}
