import { useRouter } from "@tanstack/react-router";
import { useMemo } from "react";
import { paths } from "../../../paths.ts";
import { useSearchParams } from "../../../ui/link/search-params.ts";

/** Where the page goes when a lesson is opened or closed. An opened lesson gives the page its address; a closed one gives it back. */
export function addressAfterToggle(
  unitId: string,
  open: ReadonlySet<string>,
  current: string | undefined,
  toggled: string,
): { href: string; replace: boolean } {
  const others = [...open].filter((id) => id !== toggled);
  if (!open.has(toggled)) {
    return { href: paths.lesson(unitId, toggled, { lesson: others.join(",") }), replace: false };
  }
  if (current === toggled || current === undefined) {
    return { href: paths.unit(unitId, { lesson: others.join(",") }), replace: true };
  }
  const beside = others.filter((id) => id !== current).join(",");
  return { href: paths.lesson(unitId, current, { lesson: beside }), replace: true };
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
    const target = addressAfterToggle(unitId, open, lessonId, id);
    void router.navigate({ ...target, resetScroll: false });
  };
  return [open, toggle];
}
