import { z } from "@hono/zod-openapi";
import { proofNonceForm } from "../tokens/machine-token.ts";

export const proofQuerySchema = z.object({
  nonce: z.string().regex(proofNonceForm, "must be 32 random bytes in base64url"),
});

export const machineProofSchema = z
  .object({
    proof: z.string().openapi({
      description:
        "HMAC-SHA256 of nonce, address and port of this end of the connection, under a key made of the token; base64url.",
    }),
  })
  .openapi("MachineProof");
