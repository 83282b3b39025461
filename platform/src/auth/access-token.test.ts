import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "@assay/primitives/failure";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "@assay/primitives/instant";
import { z } from "zod";
import { answer, route } from "../http/route.ts";
import { silentLogger } from "../logging/logger.ts";
import { seededRandom } from "../random/random.ts";
import { newSigningKey } from "../signing/ed25519.ts";
import { MovedClock } from "../testing/moved-clock.ts";
import { startTestHttpServer } from "../testing/test-http-server.ts";
import { type AccessTokenInput, createTokenSigner, createTokenVerifier, hashParams } from "./access-token.ts";
import { watchRevocations } from "./revocation-feed.ts";
import { localKeys, remoteKeys } from "./verification-keys.ts";

const ANN: AccessTokenInput = {
  sub: "per_ann",
  name: "Ann",
  kind: "person",
  roles: ["viewer", "operator"],
  epoch: 3,
  aud: "coinhubx",
  ttlMs: 5 * MINUTE_MS,
};
const GRANT = {
  sub: "service:operations",
  aud: "coinhubx",
  approvalId: "apr_1",
  action: "coinhubx.trading.enable",
  paramsSha256: hashParams({ market: "ETH-USDT" }),
  digest: "ab".repeat(32),
  ttlMs: MINUTE_MS,
};
const ASKED = { action: "coinhubx.trading.enable", params: { market: "ETH-USDT" } };

function parties(
  more: { audience?: string; issuer?: string; isRevoked?: (sub: string, epoch: number) => boolean } = {},
) {
  const clock = new MovedClock();
  const signer = createTokenSigner({ issuer: "assay", key: newSigningKey(), clock, random: seededRandom(1) });
  const keys = localKeys(() => signer.jwks());
  const verifier = createTokenVerifier({ issuer: "assay", audience: "coinhubx", keys, clock, ...more });
  return { clock, signer, verifier };
}

test("a token says who, with which roles, until when", async () => {
  const { signer, verifier, clock } = parties();
  const verified = await verifier.verifyAccess(await signer.sign(ANN));
  equal(verified.ok, true);
  const { jti: _, ...claims } = verified.ok ? verified.value : { jti: "" };
  const { aud: __, ttlMs, ...expected } = ANN;
  deepEqual(claims, { ...expected, exp: Math.floor((clock.now() + ttlMs) / 1_000) });
});

test("a token is refused after its time, by another audience, issuer or key, and when a byte is changed", async () => {
  const { signer, verifier, clock } = parties();
  const token = await signer.sign(ANN);
  equal((await verifier.verifyAccess(`${token.slice(0, -4)}AAAA`)).ok, false);
  equal((await verifier.verifyAccess("nonsense")).ok, false);
  equal((await verifier.verifyAccess(await signer.sign({ ...ANN, aud: "findag" }))).ok, false);
  equal((await parties().verifier.verifyAccess(token)).ok, false);
  const keys = localKeys(() => signer.jwks());
  const stranger = createTokenVerifier({ issuer: "somebody", audience: "coinhubx", keys, clock });
  equal((await stranger.verifyAccess(token)).ok, false);
  await clock.advance(5 * MINUTE_MS + 6_000);
  equal((await verifier.verifyAccess(token)).ok, false);
});

test("a token without a signature, or signed with a shared secret, is refused", async () => {
  const { signer, verifier } = parties();
  const [, payload] = (await signer.sign(ANN)).split(".");
  const header = (alg: string) =>
    Buffer.from(JSON.stringify({ alg, typ: "at+jwt", kid: signer.jwks().keys[0]!.kid })).toString("base64url");
  for (const alg of ["none", "HS256", "EdDSA"])
    equal((await verifier.verifyAccess(`${header(alg)}.${payload}.${alg === "none" ? "" : "AAAA"}`)).ok, false, alg);
});

test("a token lives at most five minutes", async () => {
  const { signer } = parties();
  await rejects(signer.sign({ ...ANN, ttlMs: 5 * MINUTE_MS + 1 }), { name: "AssertionError" });
});

test("a token of an epoch that was revoked is refused", async () => {
  const { signer, verifier } = parties({ isRevoked: (sub, epoch) => sub === "per_ann" && epoch < 4 });
  equal((await verifier.verifyAccess(await signer.sign(ANN))).ok, false);
  equal((await verifier.verifyAccess(await signer.sign({ ...ANN, epoch: 4 }))).ok, true);
});

test("a grant opens exactly the action and parameters that were approved, and is no access token", async () => {
  const { signer, verifier } = parties();
  const grant = await signer.signGrant(GRANT);
  const verified = await verifier.verifyGrant(grant, ASKED);
  equal(verified.ok && verified.value.approvalId, "apr_1");
  equal((await verifier.verifyGrant(grant, { ...ASKED, action: "coinhubx.withdrawals.enable" })).ok, false);
  equal((await verifier.verifyGrant(grant, { ...ASKED, params: { market: "WBTC-USDT" } })).ok, false);
  equal((await verifier.verifyAccess(grant)).ok, false);
  equal((await verifier.verifyGrant(await signer.sign(ANN), ASKED)).ok, false);
});

function jwksRoute(jwks: () => { readonly keys: readonly object[] }) {
  return route({
    method: "GET",
    path: "/.well-known/jwks.json",
    summary: "Keys.",
    access: "open",
    replies: { 200: z.looseObject({}) },
    handle: async () => answer(200, { ...jwks() }),
  });
}

test("without ever having had keys nobody can be told apart; with them the issuer may be away for a day", async () => {
  const { signer, clock } = parties();
  let served = false;
  const keysRoute = jwksRoute(() => {
    if (!served) throw new Failure("DATABASE_UNAVAILABLE", { retryable: true });
    return signer.jwks();
  });
  const plane = await startTestHttpServer([keysRoute]);
  const keys = remoteKeys({ jwksUrl: `${plane.url}/.well-known/jwks.json`, clock });
  const verifier = createTokenVerifier({ issuer: "assay", audience: "coinhubx", keys, clock });
  await rejects(verifier.verifyAccess(await signer.sign(ANN)), { code: "IDENTITY_UNAVAILABLE", retryable: true });
  served = true;
  await clock.advance(5_000);
  equal((await verifier.verifyAccess(await signer.sign(ANN))).ok, true);
  await plane[Symbol.asyncDispose]();
  await clock.advance(23 * HOUR_MS);
  equal((await verifier.verifyAccess(await signer.sign(ANN))).ok, true);
  await clock.advance(DAY_MS - 23 * HOUR_MS + 1);
  await rejects(verifier.verifyAccess(await signer.sign(ANN)), { code: "IDENTITY_UNAVAILABLE" });
});

test("a token of an unknown key makes the keys be fetched again, but not for every forgery", async () => {
  const { signer, clock } = parties();
  const later = createTokenSigner({ issuer: "assay", key: newSigningKey(), clock, random: seededRandom(2) });
  let fetches = 0;
  let published = signer;
  const keysRoute = jwksRoute(() => {
    fetches += 1;
    return published.jwks();
  });
  await using plane = await startTestHttpServer([keysRoute]);
  const keys = remoteKeys({ jwksUrl: `${plane.url}/.well-known/jwks.json`, clock });
  const verifier = createTokenVerifier({ issuer: "assay", audience: "coinhubx", keys, clock });
  equal((await verifier.verifyAccess(await signer.sign(ANN))).ok, true);
  for (let index = 0; index < 20; index += 1) equal((await verifier.verifyAccess(await later.sign(ANN))).ok, false);
  equal(fetches, 1);
  published = later;
  await clock.advance(5_000);
  equal((await verifier.verifyAccess(await later.sign(ANN))).ok, true);
  equal(fetches, 2);
});

test("a revoked person is known two seconds later, and an outage does not bring access back", async () => {
  const clock = new MovedClock();
  let epoch = 1;
  let answered = Promise.withResolvers<void>();
  const feed = route({
    method: "GET",
    path: "/api/revocations",
    summary: "Epochs.",
    access: "open",
    replies: { 200: z.object({ people: z.array(z.object({ sub: z.string(), epoch: z.number() })) }) },
    handle: async () => {
      answered.resolve();
      return answer(200, { people: [{ sub: "per_ann", epoch }] });
    },
  });
  await using plane = await startTestHttpServer([feed]);
  await using revocations = watchRevocations({ planeUrl: plane.url, clock, logger: silentLogger });
  const untilHeard = async (revoked: boolean) => {
    await answered.promise;
    while (revocations.isRevoked("per_ann", 1) !== revoked) await new Promise((resolve) => setImmediate(resolve));
  };
  await untilHeard(false);
  epoch = 2;
  answered = Promise.withResolvers<void>();
  while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(2_000);
  await untilHeard(true);
  epoch = 0;
  await clock.advance(2_000);
  equal(revocations.isRevoked("per_ann", 1), true);
  equal(revocations.isRevoked("per_bob", 0), false);
});
