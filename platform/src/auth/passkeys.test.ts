import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { assert } from "@assay/primitives/assert";
import { type Misbehaviour, SoftwareAuthenticator } from "../testing/software-authenticator.ts";
import {
  passkeyCreationOptions,
  passkeyRequestOptions,
  relyingPartyAt,
  verifyPasskeyAssertion,
  verifyPasskeyCreation,
} from "./passkeys.ts";

const PARTY = relyingPartyAt("https://ops.example.org", "Assay")!;
const CHALLENGE = new Uint8Array(32).fill(7);
const OWNER = { id: "per_1", name: "ada@example.org", displayName: "Ada" };

async function enrolled() {
  const authenticator = new SoftwareAuthenticator("https://ops.example.org");
  const options = await passkeyCreationOptions(PARTY, { owner: OWNER, challenge: CHALLENGE, known: [] });
  const response = authenticator.create(options);
  const made = await verifyPasskeyCreation(PARTY, { response, challenge: CHALLENGE });
  assert(made.ok, "an honest authenticator is believed");
  return { authenticator, passkey: made.value };
}

test("a passkey is made, signs a challenge, and its counter goes up", async () => {
  const { authenticator, passkey } = await enrolled();
  const options = await passkeyRequestOptions(PARTY, { challenge: CHALLENGE, allowed: [passkey] });
  equal(options.userVerification, "required");
  const response = authenticator.sign(options);
  deepEqual(await verifyPasskeyAssertion(PARTY, { response, challenge: CHALLENGE, passkey }), {
    ok: true,
    value: { counter: 1 },
  });
  const counted = { ...passkey, counter: 1 };
  equal((await verifyPasskeyAssertion(PARTY, { response, challenge: CHALLENGE, passkey: counted })).ok, false);
});

test("another origin, site, challenge or an unverified user is refused, at both ceremonies", async () => {
  const { authenticator, passkey } = await enrolled();
  const wrong: Misbehaviour[] = [
    { origin: "https://evil.example" },
    { rpId: "evil.example" },
    { isVerified: false },
    { challenge: Buffer.from(new Uint8Array(32).fill(8)).toString("base64url") },
  ];
  for (const misbehaviour of wrong) {
    const creation = await passkeyCreationOptions(PARTY, { owner: OWNER, challenge: CHALLENGE, known: [] });
    const made = authenticator.create(creation, misbehaviour);
    equal((await verifyPasskeyCreation(PARTY, { response: made, challenge: CHALLENGE })).ok, false);
    const request = await passkeyRequestOptions(PARTY, { challenge: CHALLENGE, allowed: [passkey] });
    const signed = authenticator.sign(request, misbehaviour);
    equal((await verifyPasskeyAssertion(PARTY, { response: signed, challenge: CHALLENGE, passkey })).ok, false);
  }
  for (const response of [{}, { id: passkey.credentialId }, { id: passkey.credentialId, response: { a: 1 } }])
    equal((await verifyPasskeyAssertion(PARTY, { response, challenge: CHALLENGE, passkey })).ok, false);
});

test("the signature of another passkey does not pass for this one", async () => {
  const [one, other] = [await enrolled(), await enrolled()];
  const options = await passkeyRequestOptions(PARTY, { challenge: CHALLENGE });
  const response = { ...other.authenticator.sign(options), id: one.passkey.credentialId };
  equal((await verifyPasskeyAssertion(PARTY, { response, challenge: CHALLENGE, passkey: one.passkey })).ok, false);
});

test("a site on loopback is localhost, and one that is only an address has no passkeys", () => {
  deepEqual(relyingPartyAt("http://127.0.0.1:3000", "Assay")?.origins, ["http://localhost:3000"]);
  equal(relyingPartyAt("http://[::1]:3000/", "Assay")?.id, "localhost");
  equal(relyingPartyAt("http://10.0.0.7:3000", "Assay"), undefined);
  equal(relyingPartyAt("http://[fd00::1]:3000", "Assay"), undefined);
  ok(relyingPartyAt("https://ops.example.org/console", "Assay")?.origins.includes("https://ops.example.org"));
});
