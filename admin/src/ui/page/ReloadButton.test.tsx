import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { ReloadButton } from "./ReloadButton.tsx";

afterEach(cleanup);

test("the r key reloads, but not while typing or with a modifier", async () => {
  const onReload = vi.fn();
  render(
    <>
      <ReloadButton onReload={onReload} reloading={false} loadedAt={undefined} />
      <input aria-label="field" />
    </>,
  );
  await userEvent.keyboard("r");
  expect(onReload).toHaveBeenCalledTimes(1);
  await userEvent.keyboard("{Control>}r{/Control}");
  await userEvent.type(screen.getByLabelText("field"), "render");
  expect(onReload).toHaveBeenCalledTimes(1);
});

test("while it reloads it says so and asks only once", async () => {
  const onReload = vi.fn();
  render(<ReloadButton onReload={onReload} reloading loadedAt={undefined} />);
  const button = screen.getByRole("button", { name: "Reload" });
  expect(button.getAttribute("aria-busy")).toBe("true");
  await userEvent.click(button);
  expect(onReload).not.toHaveBeenCalled();
});
