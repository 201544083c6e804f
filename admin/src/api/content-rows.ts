import type { ApiRows } from "./client.ts";

/** One unit with its lessons, sources and stages. */
export type UnitDetail = ApiRows["unit_detail"];
/** One stage of a unit's making. */
export type UnitStage = UnitDetail["stages"][number];
/** One lesson with everything in it. */
export type Lesson = ApiRows["lesson"];
/** A multiple-choice exercise with exactly one key. */
export type Exercise = Lesson["exercises"][number];
/** One block of a lesson's body; text only, never HTML. */
export type Block = Lesson["body"][number];
/** A piece of a paragraph: quoted from the source, a connecting phrase, or written by a model or a person. */
export type Span = Extract<Block, { type: "paragraph" }>["spans"][number];
/** One source of a unit with its whole text. */
export type Source = ApiRows["source"];
/** Both ways on for a unit that is not whole, each with what would run and what that costs. */
export type RetryOptions = ApiRows["retry_options"];
