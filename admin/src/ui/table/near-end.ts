import { type RefObject, useEffect, useRef } from "react";

const aheadPx = 1500;

/**
 * Calls `load` while the element is less than 1500 px below what is in sight, once for each `step`. A page that was not
 * scrolled yet loads nothing: a short first page is an answer, not a request for more.
 */
export function useNearEnd(
  element: RefObject<HTMLElement | null>,
  wanted: boolean,
  step: number,
  load: () => void,
): void {
  const current = useRef(load);
  useEffect(() => {
    current.current = load;
  });
  useEffect(() => {
    const target = element.current;
    if (!wanted || target === null || typeof IntersectionObserver !== "function" || step === 0) return;
    let near = false;
    const loadWhenScrolled = () => {
      if (near && window.scrollY > 0) current.current();
    };
    const observer = new IntersectionObserver(
      (entries) => {
        // Several may have gathered; the last one is how it is now.
        near = entries.at(-1)?.isIntersecting ?? false;
        loadWhenScrolled();
      },
      { rootMargin: `0px 0px ${aheadPx}px` },
    );
    observer.observe(target);
    window.addEventListener("scroll", loadWhenScrolled, { passive: true });
    return () => {
      observer.disconnect();
      window.removeEventListener("scroll", loadWhenScrolled);
    };
  }, [element, wanted, step]);
}
