import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { assert } from "@assay/primitives/assert";
import { concatBytes, utf8 } from "@assay/primitives/bytes";

/** The members of a ceremony's options that an authenticator looks at. */
interface Asked {
  readonly challenge: string;
  readonly rp?: { readonly id?: string };
  readonly rpId?: string;
  readonly user?: { readonly id: string };
  readonly allowCredentials?: readonly { readonly id: string }[];
}

interface Held {
  readonly id: string;
  readonly key: KeyObject;
  readonly userHandle: string;
  counter: number;
}

/** What goes wrong when a test wants it to. */
export interface Misbehaviour {
  readonly origin?: string;
  readonly rpId?: string;
  readonly isVerified?: boolean;
  readonly counter?: number;
  readonly challenge?: string;
}

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const HAS_CREDENTIAL = 0x40;

/**
 * An authenticator and its browser as a test needs them: makes ES256 passkeys and signs with them (WebAuthn level 3),
 * honestly unless told otherwise.
 */
export class SoftwareAuthenticator {
  readonly #origin: string;
  readonly #held: Held[] = [];

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Answers options of `passkeyCreationOptions`. */
  create(given: object, misbehaviour: Misbehaviour = {}) {
    const options = given as Asked;
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const rawId = new Uint8Array(randomBytes(32));
    const held: Held = { id: base64url(rawId), key: privateKey, userHandle: options.user?.id ?? "", counter: 0 };
    this.#held.push(held);
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    const credential = concatBytes(new Uint8Array(16), uint16(rawId.length), rawId, coseKey(x, y));
    const rpId = misbehaviour.rpId ?? options.rp?.id ?? "";
    const data = concatBytes(this.#data(held, { ...misbehaviour, rpId }, HAS_CREDENTIAL), credential);
    const clientDataJSON = this.#client("webauthn.create", misbehaviour.challenge ?? options.challenge, misbehaviour);
    const response = {
      clientDataJSON: base64url(clientDataJSON),
      attestationObject: base64url(attestation(data)),
      transports: ["internal"],
    };
    return { id: held.id, rawId: held.id, type: "public-key" as const, clientExtensionResults: {}, response };
  }

  /** Answers options of `passkeyRequestOptions`, with the first passkey that is allowed. */
  sign(given: object, misbehaviour: Misbehaviour = {}) {
    const options = given as Asked;
    const { allowCredentials: allowed } = options;
    const held = this.#held.find(({ id }) => allowed === undefined || allowed.some((other) => other.id === id));
    assert(held !== undefined, "the authenticator holds a passkey that is asked for");
    held.counter += 1;
    const data = this.#data(held, { ...misbehaviour, rpId: misbehaviour.rpId ?? options.rpId ?? "" }, 0);
    const clientData = this.#client("webauthn.get", misbehaviour.challenge ?? options.challenge, misbehaviour);
    const signed = concatBytes(data, sha256(clientData));
    const response = {
      clientDataJSON: base64url(clientData),
      authenticatorData: base64url(data),
      signature: base64url(createSign("sha256").update(signed).sign(held.key)),
      userHandle: held.userHandle,
    };
    return { id: held.id, rawId: held.id, type: "public-key" as const, clientExtensionResults: {}, response };
  }

  #data(held: Held, { rpId = "", isVerified = true, counter = held.counter }: Misbehaviour, more: number): Uint8Array {
    const flags = USER_PRESENT | (isVerified ? USER_VERIFIED : 0) | more;
    const count = new Uint8Array(4);
    new DataView(count.buffer).setUint32(0, counter);
    return concatBytes(sha256(utf8(rpId)), new Uint8Array([flags]), count);
  }

  #client(type: string, challenge: string, { origin = this.#origin }: Misbehaviour): Uint8Array {
    return utf8(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }
}

/** CBOR of `{1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}` (RFC 9053). */
function coseKey(x: string, y: string): Uint8Array {
  const point = (coordinate: string) => concatBytes(new Uint8Array([0x58, 0x20]), Buffer.from(coordinate, "base64url"));
  const head = new Uint8Array([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]);
  return concatBytes(head, point(x), new Uint8Array([0x22]), point(y));
}

/** CBOR of `{fmt: "none", attStmt: {}, authData}`. */
function attestation(data: Uint8Array): Uint8Array {
  const text = (word: string) => concatBytes(new Uint8Array([0x60 + word.length]), utf8(word));
  const bytes = concatBytes(new Uint8Array([0x59]), uint16(data.length), data);
  const none = concatBytes(text("fmt"), text("none"), text("attStmt"), new Uint8Array([0xa0]));
  return concatBytes(new Uint8Array([0xa3]), none, text("authData"), bytes);
}

function uint16(value: number): Uint8Array {
  return new Uint8Array([value >> 8, value & 0xff]);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
