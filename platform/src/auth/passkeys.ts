import { isIP } from "node:net";
import { accept, type Result, refuse } from "@assay/primitives/result";
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";

/** The site that passkeys are made for (WebAuthn level 3, "relying party"): they work on no other. */
export interface RelyingParty {
  /** A domain name; browsers take no address. */
  readonly id: string;
  readonly name: string;
  readonly origins: readonly string[];
}

export interface Passkey {
  /** Base64url, as the authenticator named it. */
  readonly credentialId: string;
  /** COSE key. */
  readonly publicKey: Uint8Array;
  /** Counts the authenticator's signatures; 0 for one that does not count. */
  readonly counter: number;
  readonly transports: readonly string[];
}

export interface NewPasskey extends Passkey {
  /** Whether it is copied to other devices of its owner. */
  readonly isSynced: boolean;
}

export interface PasskeyRefusal {
  readonly code: "BAD_PASSKEY";
}

/** `PublicKeyCredentialCreationOptionsJSON` or `…RequestOptionsJSON`, for the browser as it is. */
export type CeremonyOptions = Readonly<Record<string, unknown>> & { readonly challenge: string };

/** How long a browser waits for the person. */
const CEREMONY_TIMEOUT_MS = 120_000;

/**
 * The relying party of a site; undefined when browsers allow no passkeys there, because its host is an address. A site on
 * loopback is `localhost` for them, whatever it is called otherwise.
 */
export function relyingPartyAt(publicUrl: string, name: string): RelyingParty | undefined {
  const { hostname, origin, protocol, port } = new URL(publicUrl);
  if (hostname === "127.0.0.1" || hostname === "[::1]") {
    return { id: "localhost", name, origins: [`${protocol}//localhost${port === "" ? "" : `:${port}`}`] };
  }
  return isIP(hostname.replace(/^\[|\]$/g, "")) === 0 ? { id: hostname, name, origins: [origin] } : undefined;
}

/** What a browser needs to make a passkey. `owner.id` goes to the authenticator: it must say nothing about the person. */
export async function passkeyCreationOptions(
  party: RelyingParty,
  options: {
    readonly owner: { readonly id: string; readonly name: string; readonly displayName: string };
    readonly challenge: Uint8Array;
    /** Of the owner: the same authenticator is not asked twice. */
    readonly known: readonly Passkey[];
  },
): Promise<CeremonyOptions> {
  const { owner, challenge, known } = options;
  const made = await generateRegistrationOptions({
    rpID: party.id,
    rpName: party.name,
    userID: new Uint8Array(Buffer.from(owner.id, "utf8")),
    userName: owner.name,
    userDisplayName: owner.displayName,
    challenge: new Uint8Array(challenge),
    timeout: CEREMONY_TIMEOUT_MS,
    attestationType: "none",
    excludeCredentials: known.map(idOf),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  });
  return { ...made };
}

/** What a browser needs to sign `challenge`; without `allowed`, the person picks any passkey of this site. */
export async function passkeyRequestOptions(
  party: RelyingParty,
  options: { readonly challenge: Uint8Array; readonly allowed?: readonly Passkey[] },
): Promise<CeremonyOptions> {
  const { challenge, allowed } = options;
  const made = await generateAuthenticationOptions({
    rpID: party.id,
    challenge: new Uint8Array(challenge),
    timeout: CEREMONY_TIMEOUT_MS,
    userVerification: "required",
    ...(allowed === undefined ? {} : { allowCredentials: allowed.map(idOf) }),
  });
  return { ...made };
}

/** Checks challenge, origin, relying party and that the authenticator verified its user (by PIN, finger or face). */
export async function verifyPasskeyCreation(
  party: RelyingParty,
  options: { readonly response: unknown; readonly challenge: Uint8Array },
): Promise<Result<NewPasskey, PasskeyRefusal>> {
  const response = options.response as RegistrationResponseJSON;
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      ...expectations(party, options.challenge),
      response,
      requireUserVerification: true,
    });
    if (!verified) return refuse({ code: "BAD_PASSKEY" });
    const { credential, credentialDeviceType } = registrationInfo;
    const { id: credentialId, publicKey, counter, transports = [] } = credential;
    return accept({
      ...{ credentialId, publicKey, counter, transports },
      isSynced: credentialDeviceType === "multiDevice",
    });
  } catch {
    // The library throws for each way in which the answer of a browser can be wrong; only a forger asks which.
    return refuse({ code: "BAD_PASSKEY" });
  }
}

/** As {@link verifyPasskeyCreation}, and that the counter went up: one that did not is of a copied authenticator. */
export async function verifyPasskeyAssertion(
  party: RelyingParty,
  options: { readonly response: unknown; readonly challenge: Uint8Array; readonly passkey: Passkey },
): Promise<Result<{ readonly counter: number }, PasskeyRefusal>> {
  const { passkey, challenge } = options;
  const response = options.response as AuthenticationResponseJSON;
  if (response.id !== passkey.credentialId) return refuse({ code: "BAD_PASSKEY" });
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      ...expectations(party, challenge),
      response,
      credential: { ...idOf(passkey), publicKey: new Uint8Array(passkey.publicKey), counter: passkey.counter },
      requireUserVerification: true,
    });
    return verified ? accept({ counter: authenticationInfo.newCounter }) : refuse({ code: "BAD_PASSKEY" });
  } catch {
    return refuse({ code: "BAD_PASSKEY" });
  }
}

function expectations(party: RelyingParty, challenge: Uint8Array) {
  return {
    expectedChallenge: Buffer.from(challenge).toString("base64url"),
    expectedOrigin: [...party.origins],
    expectedRPID: party.id,
  };
}

function idOf({ credentialId, transports }: Passkey): { id: string; transports: string[] } {
  return { id: credentialId, transports: [...transports] };
}
