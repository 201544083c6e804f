import type { ReactNode } from "react";

/** Where a cell stands in the two-line row of a phone; a cell without a place is left out there. */
export type PhonePlace = "mark" | "title" | "aside" | "detail" | "aside-detail";

/** One column. Exactly one column of a table takes the slack and holds words. */
export type Column<Row> = {
  key: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
  align?: "end";
  slack?: boolean;
  phone?: PhonePlace;
  /** Left out below 1100 px. */
  wideOnly?: boolean;
  /** Left out up to this window width in px, so that the words of a row keep their room. */
  above?: 920 | 1280;
  /** In px; equal widths align the columns of nested tables. */
  minWidth?: number;
};

/** Rows that open in place. */
export type Expansion<Row> = {
  openKeys: ReadonlySet<string>;
  onToggle: (key: string) => void;
  /** Says what opens: "Steps of Tides". */
  label: (row: Row) => string;
  render: (row: Row) => ReactNode;
};

/** The classes that a column's head and cells share. */
export function cellClass<Row>(column: Column<Row>): string {
  const names = [
    column.align === "end" ? "cell-end" : "",
    column.slack ? "cell-slack" : "",
    column.wideOnly ? "hide-narrow" : "",
    column.above === undefined ? "" : `hide-to-${column.above}`,
    column.phone === undefined ? "hide-phone" : `phone-${column.phone}`,
  ];
  return names.filter((name) => name !== "").join(" ");
}
