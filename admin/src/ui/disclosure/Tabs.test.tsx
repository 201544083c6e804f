import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, test } from "vitest";
import { Tabs } from "./Tabs.tsx";

afterEach(cleanup);

function Example() {
  const [selected, setSelected] = useState("lessons");
  const tabs = ["lessons", "runs", "requests"].map((key) => ({
    key,
    title: key,
    content: () => `content of ${key}`,
  }));
  return <Tabs label="Parts" tabs={tabs} selected={selected} onSelect={setSelected} />;
}

test("arrow keys select and focus the next tab, around the ends", async () => {
  render(<Example />);
  await userEvent.tab();
  await userEvent.keyboard("{ArrowLeft}");
  expect(screen.getByRole("tab", { selected: true }).textContent).toBe("requests");
  expect(document.activeElement?.textContent).toBe("requests");
  await userEvent.keyboard("{Home}{ArrowRight}");
  expect(screen.getByRole("tabpanel").textContent).toBe("content of runs");
});

test("only the selected tab is a stop of the tab key", () => {
  render(<Example />);
  expect(screen.getAllByRole("tab").filter((tab) => tab.tabIndex === 0)).toHaveLength(1);
});
