import { useRouter } from "@tanstack/react-router";
import { useMemo } from "react";
import { paths } from "../../../paths.ts";
import { type SearchParams, useSearchParams } from "../../../ui/link/search-params.ts";
import { keepPlace } from "./sought-lesson.ts";

/** Where the page goes when a lesson is opened or closed. An opened lesson gives the page its address; a closed one gives it back. */
export function addressAfterToggle(
  unitId: string,
  open: ReadonlySet<string>,
  current: string | undefined,
  toggled: string,
  kept: SearchParams = {},
): { href: string; replace: boolean } {
  const others = [...open].filter((id) => id !== toggled);
  if (!open.has(toggled)) {
    return { href: paths.lesson(unitId, toggled, { ...kept, lesson: others.join(",") }), replace: false };
  }
  if (current === toggled || current === undefined) {
    return { href: paths.unit(unitId, { ...kept, lesson: others.join(",") }), replace: true };
  }
  const beside = others.filter((id) => id !== current).join(",");
  return { href: paths.lesson(unitId, current, { ...kept, lesson: beside }), replace: true };
}

/** The open lessons of a unit's page: the one in its path and those in its `lesson` parameter. */
export function useOpenLessons(
  unitId: string,
  lessonId: string | undefined,
): [ReadonlySet<string>, (id: string) => void] {
  const router = useRouter();
  const [search] = useSearchParams();
  const text = search.lesson ?? "";
  const open = useMemo(
    () => new Set([...text.split(","), lessonId ?? ""].filter((id) => id !== "")),
    [text, lessonId],
  );
  const toggle = (id: string) => {
    const { source: _source, quote: _quote, ...kept } = search;
    const target = addressAfterToggle(unitId, open, lessonId, id, kept);
    keepPlace();
    void router.navigate({ ...target, resetScroll: false });
  };
  return [open, toggle];
}
