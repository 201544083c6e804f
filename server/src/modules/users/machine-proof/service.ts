import { userErrors } from "../errors.ts";
import { proveMachineToken, readMachineToken } from "../tokens/machine-token.ts";

/** Shows programs on this machine that the server knows the data folder's token, before they send it. */
export interface MachineProofService {
  /**
   * @param place this end of the connection; null when it is not on loopback, where nobody sends that token
   * @throws AppError `machine_proof_unavailable` there, or while the folder holds no token that only its owner can read
   */
  prove(nonce: string, place: string | null): string;
}

/** Reads the token anew each time: it may have been replaced a moment ago. */
export function createMachineProof(home: string): MachineProofService {
  return {
    prove(nonce, place) {
      const token = place === null ? undefined : readMachineToken(home);
      if (place === null || token === undefined) {
        throw userErrors.create(
          "machine_proof_unavailable",
          "This is answered on the server's own machine only, over its loopback address. Elsewhere a token of your own does it.",
        );
      }
      return proveMachineToken(token, nonce, place);
    },
  };
}
