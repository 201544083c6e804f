import { apiFetch } from "./client.ts";
import { OutageError } from "./problem.ts";

/**
 * Reads a JSON of any size as text, telling how many bytes have come. @throws ApiError for problems, OutageError when the
 * answer ended in the middle.
 */
export async function loadPayloadText(path: string, onProgress: (bytes: number) => void): Promise<string> {
  const response = await apiFetch(`/api/v1${path}`);
  if (response.body === null) return response.text();
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  const parts: string[] = [];
  let bytes = 0;
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      bytes += chunk.value.byteLength;
      parts.push(decoder.decode(chunk.value, { stream: true }));
      onProgress(bytes);
    }
  } catch (error) {
    throw new OutageError("The server's answer ended in the middle.", { cause: error });
  }
  parts.push(decoder.decode());
  return parts.join("");
}
