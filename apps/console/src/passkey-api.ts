import { signedInSchema } from "@assay/operations/api/schema/identity";
import { passkeySchema, passkeysSchema } from "@assay/operations/api/schema/passkeys";
import {
  type PasskeyAskView,
  passkeyAskSchema,
  type StepUpProofView,
  type StepUpPurposeView,
} from "@assay/operations/api/schema/step-up";
import { request } from "@assay/page-kit/request.ts";
import {
  type AuthenticationResponseJSON,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from "@simplewebauthn/browser";
import { queryOptions } from "@tanstack/react-query";
import { nothing } from "./session-api.ts";

export const passkeysQuery = queryOptions({
  queryKey: ["people", "me", "passkeys"],
  queryFn: async () => await request("/api/passkeys", { schema: passkeysSchema }),
});

/** Has one of the person's passkeys sign for `purpose`. @throws PasskeyProblem in words for people. */
export async function proveByPasskey(purpose: StepUpPurposeView): Promise<StepUpProofView> {
  const ask = await request("/api/step-up/challenge", { method: "POST", body: { purpose }, schema: passkeyAskSchema });
  return { passkey: (await signed(ask)) as Extract<StepUpProofView, { passkey: unknown }>["passkey"], ...idOf(ask) };
}

export async function signInByPasskey() {
  const ask = await request("/api/session/passkey/challenge", { method: "POST", body: {}, schema: passkeyAskSchema });
  const body = { passkey: await signed(ask), ...idOf(ask) };
  return await request("/api/session/passkey", { method: "POST", body, schema: signedInSchema });
}

export async function addPasskey(name: string, proof: StepUpProofView | undefined) {
  const body = proof === undefined ? {} : { stepUp: proof };
  const ask = await request("/api/passkeys/challenge", { method: "POST", body, schema: passkeyAskSchema });
  const optionsJSON = ask.options as unknown as PublicKeyCredentialCreationOptionsJSON;
  const made = await inWords(() => startRegistration({ optionsJSON }));
  const { id, rawId, type, response, clientExtensionResults } = made;
  const passkey = { id, rawId, type, response, clientExtensionResults };
  return await request("/api/passkeys", {
    method: "POST",
    body: { name, passkey, ...idOf(ask) },
    schema: passkeySchema,
  });
}

export function removePasskey(id: string, proof: StepUpProofView | undefined) {
  const body = proof === undefined ? {} : { stepUp: proof };
  return request(`/api/passkeys/${id}/remove`, { method: "POST", body, schema: nothing });
}

function idOf({ challengeId }: PasskeyAskView) {
  return { challengeId };
}

async function signed(ask: PasskeyAskView): Promise<AuthenticationResponseJSON> {
  const optionsJSON = ask.options as unknown as PublicKeyCredentialRequestOptionsJSON;
  return await inWords(() => startAuthentication({ optionsJSON }));
}

/** What browsers call `NotAllowedError` is a person who stopped, or waited too long, or has no such passkey. */
export class PasskeyProblem extends Error {}

async function inWords<T>(ceremony: () => Promise<T>): Promise<T> {
  try {
    return await ceremony();
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (name === "InvalidStateError") throw new PasskeyProblem("This device has a passkey for you already.");
    if (name === "SecurityError")
      throw new PasskeyProblem("Browsers allow passkeys only where this site has its name. Open it there.");
    throw new PasskeyProblem("The passkey was not used. Try again, or use a code.");
  }
}
