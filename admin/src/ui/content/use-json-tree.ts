import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { lineHeightOf } from "./JsonLines.tsx";
import {
  closeAll,
  createJsonTree,
  type JsonLine,
  type JsonPath,
  type JsonTree,
  lineAt,
  lineCount,
  lineOf,
  openAll,
  reveal,
  revealInText,
  toggleAt,
} from "./json-tree.ts";

/** A folding tree with its active line, and what can be done with it. */
export type JsonTreeState = {
  tree: JsonTree;
  revision: number;
  active: number;
  activate: (line: number) => void;
  toggle: (line: JsonLine, index: number) => void;
  /** Opens the way to a path and brings its line into sight; of a long text the line with the offset. */
  show: (path: JsonPath, offset?: number) => void;
  /** There was too much to open all of it at once. */
  isPartlyOpen: boolean;
  openEverything: () => void;
  closeEverything: () => void;
  onKey: (event: KeyboardEvent) => void;
};

function scrollToLine(element: HTMLElement | null, line: number): void {
  if (element === null) return;
  const height = lineHeightOf(element);
  const top = line * height;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + 2 * height > element.scrollTop + element.clientHeight) {
    element.scrollTop = top + 2 * height - element.clientHeight;
  }
}

function parentOf(tree: JsonTree, line: JsonLine): number {
  return lineOf(tree, line.path.slice(0, -1));
}

function targetOf(key: string, active: number, count: number): number | undefined {
  const targets: Record<string, number> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + 20,
    PageUp: active - 20,
    Home: 0,
    End: count - 1,
  };
  const target = targets[key];
  return target === undefined ? undefined : Math.min(count - 1, Math.max(0, target));
}

/** Holds the tree of one value; `columns` is what fits into a line. */
export function useJsonTree(
  value: unknown,
  openLevels: number,
  columns: number,
  scroller: RefObject<HTMLElement | null>,
): JsonTreeState {
  const tree = useMemo(() => createJsonTree(value, openLevels, columns), [value, openLevels, columns]);
  const [revision, setRevision] = useState(0);
  const [chosen, setChosen] = useState(0);
  const [isPartlyOpen, setIsPartlyOpen] = useState(false);
  const active = Math.min(chosen, lineCount(tree) - 1);
  const changed = useCallback(() => setRevision((before) => before + 1), []);
  const activate = useCallback(
    (line: number) => {
      setChosen(line);
      scrollToLine(scroller.current, line);
    },
    [scroller],
  );
  const toggle = (line: JsonLine, index: number) => {
    toggleAt(tree, line.path);
    setChosen(index);
    changed();
  };
  const sought = useRef<number | null>(null);
  const show = useCallback(
    (path: JsonPath, offset?: number) => {
      reveal(tree, path);
      sought.current = lineOf(tree, offset === undefined ? path : revealInText(tree, path, offset));
      setChosen(sought.current);
      changed();
    },
    [tree, changed],
  );
  // The line is there once the taller tree is drawn.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the tree is what draws it
  useLayoutEffect(() => {
    if (sought.current === null) return;
    scrollToLine(scroller.current, sought.current);
    scroller.current?.scrollIntoView({ block: "nearest" });
    sought.current = null;
  }, [revision, scroller]);
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const line = lineAt(tree, active);
    const target = targetOf(event.key, active, lineCount(tree));
    if (target !== undefined) activate(target);
    else if (event.key === "ArrowRight" && line.isOpen === false) toggle(line, active);
    else if (event.key === "ArrowRight" && line.isOpen === true) activate(active + 1);
    else if (event.key === "ArrowLeft" && line.isOpen === true) toggle(line, active);
    else if (event.key === "ArrowLeft") activate(parentOf(tree, line));
    else if ((event.key === "Enter" || event.key === " ") && line.isOpen !== undefined) toggle(line, active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return {
    tree,
    revision,
    active,
    activate,
    toggle,
    show,
    isPartlyOpen,
    openEverything: () => {
      const { path } = lineAt(tree, active);
      setIsPartlyOpen(!openAll(tree));
      show(path);
    },
    closeEverything: () => {
      closeAll(tree);
      setIsPartlyOpen(false);
      setChosen(0);
      changed();
    },
    onKey,
  };
}
