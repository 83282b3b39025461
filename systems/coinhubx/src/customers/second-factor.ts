import type { Seal } from "@assay/platform/auth/seal";
import { verifyTotp } from "@assay/platform/auth/totp";
import type { Random } from "@assay/platform/random/random";
import type { Sql } from "@assay/platform/storage/database";
import { toHex } from "@assay/primitives/bytes";
import { sha256 } from "@assay/primitives/hash";
import type { Instant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import { type CustomerId, RECOVERY_CODES } from "./customer.ts";
import { type CustomerRecord, setTotpStep, useRecoveryCode } from "./customer-store.ts";

export type SecondFactorRefusal = { readonly code: "TOTP_REQUIRED" | "BAD_TOTP" };

const RECOVERY_CODE = /^[0-9a-f]{4}(-[0-9a-f]{4}){4}$/;
const RECOVERY_CODE_BYTES = 10;

/**
 * Proves the second factor of a locked customer, by a TOTP code or a recovery code; each works once. A customer without
 * one has nothing to prove here; what may not be done without one asks `hasTotp` itself.
 */
export async function proveSecondFactor(
  transaction: Sql,
  customer: CustomerRecord,
  { code, now, seal }: { code: string | undefined; now: Instant; seal: Seal },
): Promise<Result<void, SecondFactorRefusal>> {
  if (customer.sealedTotpSecret === undefined) return accept(undefined);
  if (code === undefined) return refuse({ code: "TOTP_REQUIRED" });
  if (RECOVERY_CODE.test(code)) {
    const used = await useRecoveryCode(transaction, {
      id: customer.id,
      hash: hashRecoveryCode(customer.id, code),
      now,
    });
    return used ? accept(undefined) : refuse({ code: "BAD_TOTP" });
  }
  const secret = seal.open(customer.sealedTotpSecret, customer.id);
  const verdict = verifyTotp({ secret, code, now, lastUsedStep: customer.totpLastStep });
  if (!verdict.ok) return refuse({ code: "BAD_TOTP" });
  await setTotpStep(transaction, customer.id, verdict.value.step);
  return accept(undefined);
}

/** `a1b2-…`: 80 bits of chance each, shown once. */
export function newRecoveryCodes(random: Random): string[] {
  return Array.from({ length: RECOVERY_CODES }, () =>
    toHex(random.bytes(RECOVERY_CODE_BYTES)).replace(/(.{4})(?=.)/g, "$1-"),
  );
}

export function hashRecoveryCode(id: CustomerId, code: string): Uint8Array {
  return sha256("coinhubx.recovery-code.v1", id, code);
}
