import { useState } from "react";
import type { UnitDetail } from "../../api/content-rows.ts";
import { describeError } from "../../api/problem.ts";
import { useMay } from "../../api/session/use-session.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import { Menu } from "../../ui/overlay/Menu.tsx";
import { showToast } from "../../ui/overlay/toasts.ts";
import { DeleteUnit } from "./DeleteUnit.tsx";
import { downloadUnit, type ExportFormat } from "./export-unit.ts";

/** Export and deletion, beside the title. */
export function UnitActions({ unit }: { unit: UnitDetail }) {
  const [deleting, setDeleting] = useState(false);
  const deletion = useMay("admin");
  const save = (format: ExportFormat) => {
    downloadUnit(unit.id, format)
      .then((name) => showToast({ tone: "ok", words: `${name} is saved.` }))
      .catch((error: unknown) => {
        const words = describeError(error);
        showToast({ tone: "bad", words: `${words.title}. ${words.text}` });
      });
  };
  return (
    <>
      {unit.lessons_completed > 0 && (
        <Menu
          label="Export"
          buttonClass="button"
          button={
            <>
              Export
              <Icon name="down" small />
            </>
          }
          items={[
            { key: "md", word: "Markdown", icon: "file", onSelect: () => save("md") },
            { key: "json", word: "JSON", icon: "file", onSelect: () => save("json") },
          ]}
        />
      )}
      <Menu
        label="More"
        buttonClass="button button-icon"
        button={<Icon name="more" />}
        items={[
          {
            key: "delete",
            word: "Delete the unit…",
            icon: "close",
            disabledReason: deletion.reason,
            onSelect: () => setDeleting(true),
          },
        ]}
      />
      <DeleteUnit unit={unit} open={deleting} onClose={() => setDeleting(false)} />
    </>
  );
}
