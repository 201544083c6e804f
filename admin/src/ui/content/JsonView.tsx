import { useCallback, useMemo } from "react";
import { JsonView as JsonTree } from "react-json-view-lite";
import { CopyButton } from "../value/CopyId.tsx";
import "./content.css";

const classes = {
  container: "json",
  basicChildStyle: "json-child",
  childFieldsContainer: "json-children",
  label: "json-key",
  clickableLabel: "json-key json-clickable",
  nullValue: "json-null",
  undefinedValue: "json-null",
  numberValue: "json-number",
  booleanValue: "json-number",
  stringValue: "json-string",
  otherValue: "json-string",
  punctuation: "json-punctuation",
  expandIcon: "json-expand",
  collapseIcon: "json-collapse",
  collapsedContent: "json-collapsed",
  quotesForFieldNames: true,
  stringifyStringValues: true,
  ariaLables: { collapseJson: "fold", expandJson: "unfold" },
};

type JsonViewProps = {
  value: unknown;
  /** Levels that stand open at first. */
  openLevels?: number;
  label: string;
};

/** A JSON value as a tree that folds, with a button that copies all of it. A plain value is shown as it is. */
export function JsonView({ value, openLevels = 3, label }: JsonViewProps) {
  const text = useMemo(() => JSON.stringify(value, null, 2) ?? "undefined", [value]);
  const isOpen = useCallback((level: number) => level < openLevels, [openLevels]);
  return (
    <div className="json-frame">
      <CopyButton text={text} label={`Copy ${label}`} />
      {typeof value === "object" && value !== null ? (
        <JsonTree
          data={value}
          style={classes}
          shouldExpandNode={isOpen}
          clickToExpandNode
          aria-label={label}
        />
      ) : (
        <pre className="json">{text}</pre>
      )}
    </div>
  );
}
