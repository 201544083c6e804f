import type { ReactNode } from "react";
import { BrandMark } from "../../ui/icon/BrandMark.tsx";
import { ToastRegion } from "../../ui/overlay/ToastRegion.tsx";
import { ThemeMenu } from "../../ui/theme/ThemeMenu.tsx";
import "./session.css";

type StandAloneProps = {
  children: ReactNode;
  /** Stands quietly below the card. */
  foot?: ReactNode;
  /** Room for a page's own cards instead of one narrow card. */
  wide?: boolean;
};

/** A page without the tabs: the product's name, one card, and a quiet line below it. */
export function StandAlone({ children, foot, wide = false }: StandAloneProps) {
  return (
    <div className={wide ? "alone alone-wide" : "alone"}>
      <header className="alone-top">
        <ThemeMenu />
      </header>
      <main id="main" className="alone-main">
        <p className="alone-brand">
          <BrandMark />
          Coursewright
        </p>
        {wide ? children : <section className="alone-card">{children}</section>}
        {foot !== undefined && <div className="alone-foot">{foot}</div>}
      </main>
      <ToastRegion />
    </div>
  );
}
