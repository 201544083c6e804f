import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ShortcutsList } from "./ShortcutsDialog.tsx";
import { matchKeys, shortcutEntries } from "./shortcut-table.ts";
import { useShortcut } from "./use-shortcut.ts";

afterEach(cleanup);

function Page({ onUnits, onHelp, onPalette }: Record<"onUnits" | "onHelp" | "onPalette", () => void>) {
  useShortcut("units", onUnits);
  useShortcut("help", onHelp);
  useShortcut("palette", onPalette);
  return (
    <>
      <input aria-label="field" />
      <input type="checkbox" aria-label="box" />
      <button type="button">elsewhere</button>
    </>
  );
}

function showPage() {
  const calls = { onUnits: vi.fn(), onHelp: vi.fn(), onPalette: vi.fn() };
  render(<Page {...calls} />);
  return calls;
}

describe("shortcuts", () => {
  test("two keys one after another, one key, and Ctrl with a key do what the table says", async () => {
    const calls = showPage();
    await userEvent.keyboard("gu");
    expect(calls.onUnits).toHaveBeenCalledTimes(1);
    await userEvent.keyboard("?");
    expect(calls.onHelp).toHaveBeenCalledTimes(1);
    await userEvent.keyboard("{Control>}k{/Control}");
    expect(calls.onPalette).toHaveBeenCalledTimes(1);
  });

  test("a wrong second key starts anew, and the second key alone means nothing", async () => {
    const calls = showPage();
    await userEvent.keyboard("gzu");
    expect(calls.onUnits).not.toHaveBeenCalled();
    await userEvent.keyboard("ggu");
    expect(calls.onUnits).toHaveBeenCalledTimes(1);
  });

  test("typing in a field starts nothing but the palette", async () => {
    const calls = showPage();
    await userEvent.type(screen.getByLabelText("field"), "gu?");
    expect(calls.onUnits).not.toHaveBeenCalled();
    expect(calls.onHelp).not.toHaveBeenCalled();
    await userEvent.keyboard("{Control>}k{/Control}");
    expect(calls.onPalette).toHaveBeenCalledTimes(1);
  });

  test("a checkbox is no field to type in", async () => {
    const calls = showPage();
    await userEvent.click(screen.getByLabelText("box"));
    await userEvent.keyboard("gu");
    expect(calls.onUnits).toHaveBeenCalledTimes(1);
  });

  test("a page that goes away takes its shortcuts along", async () => {
    const calls = showPage();
    cleanup();
    await userEvent.keyboard("?");
    expect(calls.onHelp).not.toHaveBeenCalled();
  });

  test("no shortcut hides another", () => {
    for (const shortcut of shortcutEntries.filter((entry) => !entry.native && !entry.control)) {
      expect(matchKeys(shortcut.keys)).toMatchObject({ id: shortcut.id });
    }
  });

  test("the dialog lists every one of them", () => {
    render(<ShortcutsList />);
    for (const shortcut of shortcutEntries) expect(screen.getByText(shortcut.word)).toBeTruthy();
  });
});
