import "./icon.css";
import { type IconName, iconShapes } from "./icon-shapes.tsx";

type IconProps = {
  name: IconName;
  small?: boolean;
  /** Extra classes, such as a status class that colours the mark. */
  className?: string;
};

/** A decorative mark: it is hidden from assistive technology, so a word must stand beside it. */
export function Icon({ name, small = false, className = "" }: IconProps) {
  return (
    <svg className={`icon ${small ? "icon-small" : ""} ${className}`} viewBox="0 0 16 16" aria-hidden="true">
      {iconShapes[name]}
    </svg>
  );
}
