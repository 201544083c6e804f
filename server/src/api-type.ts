export type { ApiType } from "./api.ts";
