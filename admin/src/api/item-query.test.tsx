import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test } from "vitest";
import { useResource } from "./item-query.ts";

afterEach(cleanup);

test("a resource that is not known yet is not asked for, not even by a reload", async () => {
  const asked: string[] = [];
  const client = new QueryClient();
  const { result, rerender } = renderHook(
    ({ id }: { id: string | null }) =>
      useResource(
        ["thing", id],
        async () => {
          asked.push(String(id));
          return id;
        },
        id !== null,
      ),
    {
      initialProps: { id: null } as { id: string | null },
      wrapper: ({ children }: { children: ReactNode }) => (
        <QueryClientProvider client={client}>{children}</QueryClientProvider>
      ),
    },
  );
  act(() => result.current.reload());
  rerender({ id: "7" });
  await waitFor(() => expect(result.current.data).toBe("7"));
  act(() => result.current.reload());
  await waitFor(() => expect(asked).toEqual(["7", "7"]));
});

test("a reload while the first answer is under way is not lost in it", async () => {
  const answers: ((value: string) => void)[] = [];
  const client = new QueryClient();
  const { result } = renderHook(
    () => useResource(["thing"], () => new Promise<string>((resolve) => answers.push(resolve))),
    {
      wrapper: ({ children }: { children: ReactNode }) => (
        <QueryClientProvider client={client}>{children}</QueryClientProvider>
      ),
    },
  );
  act(() => result.current.reload());
  expect(answers).toHaveLength(1);
  answers[0]?.("written before the change");
  await waitFor(() => expect(answers).toHaveLength(2));
  answers[1]?.("written after it");
  await waitFor(() => expect(result.current.data).toBe("written after it"));
});
