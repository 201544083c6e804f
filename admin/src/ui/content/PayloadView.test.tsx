import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test } from "vitest";
import { PayloadView } from "./PayloadView.tsx";

afterEach(cleanup);

const never = () => Promise.reject(new Error("it was not asked for"));

test("a value that came along stands there at once", () => {
  render(
    <PayloadView value={{ level: "beginner" }} characters={20} load={never} label="input" missing="gone" />,
  );
  expect(screen.getByText("beginner")).toBeTruthy();
});

test("a value too big to come along is read when it is asked for, and opens folded", async () => {
  const text = JSON.stringify({
    title: "Tides",
    chunks: Array.from({ length: 60_000 }, (_, at) => ({ at })),
  });
  let tell: (text: string) => void = () => undefined;
  const load = (onProgress: (bytes: number) => void) => {
    onProgress(500_000);
    return new Promise<string>((resolve) => {
      tell = resolve;
    });
  };
  render(<PayloadView value={null} characters={1_000_000} load={load} label="input" missing="gone" />);
  await userEvent.click(screen.getByRole("button", { name: "Show input, 1.0 MB" }));
  expect(screen.getByText("Reading input: 500 kB of 1.0 MB")).toBeTruthy();
  tell(text);
  expect(await screen.findByText("[…] 60,000 entries")).toBeTruthy();
});

test("a value that cannot be read says why and can be asked for again", async () => {
  let tries = 0;
  const load = () => {
    tries += 1;
    return tries === 1 ? Promise.reject(new Error("The database is away.")) : Promise.resolve('{"a":1}');
  };
  render(<PayloadView value={null} characters={300_000} load={load} label="output" missing="gone" />);
  await userEvent.click(screen.getByRole("button", { name: "Show output, 300 kB" }));
  expect(await screen.findByText("The database is away.")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("{ 1 member")).toBeTruthy();
});

test("no value is named as missing, and null is a value", () => {
  render(<PayloadView value={null} characters={null} load={never} label="output" missing="not kept" />);
  expect(screen.getByText("not kept")).toBeTruthy();
  render(<PayloadView value={null} characters={4} load={never} label="output" missing="gone" />);
  expect(screen.getByText("null")).toBeTruthy();
});
