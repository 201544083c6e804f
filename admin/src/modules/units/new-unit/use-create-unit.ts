import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { sendJson } from "../../../api/client.ts";
import { paths } from "../../../paths.ts";
import type { NewUnitBody } from "./new-unit-form.ts";

/** `task_id` is null for a draft. */
type CreatedUnit = { unit_id: string; task_id: string | null };

/**
 * Sends the form. The same form sent twice, after a lost answer, must not make two units, so it carries the same key; a
 * changed form is a new wish and gets a new one.
 */
export function useUnitCreation(): (body: NewUnitBody) => Promise<CreatedUnit> {
  const queryClient = useQueryClient();
  const [attempt, setAttempt] = useState(() => ({ body: "", key: "" }));
  return async (body) => {
    const text = JSON.stringify(body);
    const key = attempt.body === text ? attempt.key : crypto.randomUUID();
    setAttempt({ body: text, key });
    const created = await sendJson<CreatedUnit>("POST", "/content-creator/units", body, {
      "idempotency-key": key,
    });
    void queryClient.invalidateQueries({ queryKey: ["list", "/content/units"] });
    return created;
  };
}

/** Sends the form and goes to the unit. */
export function useCreateUnit() {
  const router = useRouter();
  return useMutation({
    mutationFn: useUnitCreation(),
    onSuccess: (created) => void router.navigate({ href: paths.unit(created.unit_id) }),
  });
}
