import type { StepUpProof } from "../../identity/step-up.ts";

/** The proof of a body that carries a code of its own (`totp`) or any proof (`stepUp`), which counts first. */
export function givenProof(body: {
  readonly totp?: string | null | undefined;
  readonly stepUp?: StepUpProof | undefined;
}): StepUpProof | undefined {
  return body.stepUp ?? (body.totp == null ? undefined : { totp: body.totp });
}
