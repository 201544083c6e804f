import { useSyncExternalStore } from "react";
import { useThemeChoice } from "../theme/theme.ts";

const darkSystem = () => matchMedia("(prefers-color-scheme: dark)");

function subscribe(listener: () => void): () => void {
  const query = darkSystem();
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

/** The theme in force; re-renders when the reader or the system changes it. */
export function useColorScheme(): "light" | "dark" {
  const choice = useThemeChoice();
  const isSystemDark = useSyncExternalStore(subscribe, () => darkSystem().matches);
  if (choice !== "system") return choice;
  return isSystemDark ? "dark" : "light";
}

/** The colours of tokens as a canvas understands them, in the theme in force at `place`. */
export function resolveColors<Name extends string>(
  place: HTMLElement,
  names: readonly Name[],
): ReadonlyMap<Name, string> {
  const probe = document.createElement("span");
  place.append(probe);
  const colors = new Map<Name, string>();
  for (const name of names) {
    probe.style.color = `var(--${name})`;
    colors.set(name, getComputedStyle(probe).color);
  }
  probe.remove();
  return colors;
}
