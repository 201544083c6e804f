import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { definitionsFor } from "../../src/modules/flow-engine/public.ts";

/** Where the steps of `chain` leave their traces: files, so that they survive the process and are no part of the database. */
export interface ChainServices {
  /** Gets one line for each call: the step's number. */
  readonly callsFile: string;
  /** The step numbered `gated` ends once this file exists. */
  readonly gateFile: string;
}

const { defineFlow, defineStep } = definitionsFor<ChainServices>();

const link = defineStep({
  name: "link",
  version: 1,
  input: z.object({ number: z.number().int(), ms: z.number(), is_gated: z.boolean() }),
  output: z.object({ number: z.number().int() }),
  async run(context, { number, ms, is_gated }) {
    appendFileSync(context.services.callsFile, `${number}\n`);
    if (is_gated) {
      while (!existsSync(context.services.gateFile)) await wait(20, undefined, { signal: context.signal });
    } else {
      await wait(ms, undefined, { signal: context.signal });
    }
    return { number };
  },
});

/** One step after the other. */
export const chain = defineFlow({
  name: "chain",
  version: 1,
  input: z.object({ steps: z.number().int(), ms: z.number(), gated: z.number().int().nullable() }),
  output: z.object({ numbers: z.array(z.number().int()) }),
  async run(context, { steps, ms, gated }) {
    context.expectSteps(steps);
    const numbers: number[] = [];
    for (let number = 0; number < steps; number += 1) {
      const output = await context.step(link, { number, ms, is_gated: number === gated });
      numbers.push(output.number);
    }
    return { numbers };
  },
});
