import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { Failure } from "@assay/primitives/failure";
import { Gate } from "./gate.ts";

const deriveKey = promisify(argon2);

interface Cost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** OWASP Password Storage Cheat Sheet, second Argon2id setting: about 30 ms and 19 MiB. */
const COST: Cost = { memoryKib: 19_456, passes: 2, lanes: 1 };
/** What a stored hash may ask for at most: it is data, and must not be able to stop the process. */
const LARGEST: Cost = { memoryKib: 262_144, passes: 16, lanes: 8 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const LONGEST_PASSWORD = 1_024;
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,128})$/;

// Four threads do the work for the whole process; a crowd at the door must not starve everything else they do.
const gate = new Gate({ atOnce: 2, waiting: 64 });

/**
 * Argon2id as a PHC string: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
 * @throws Failure `OVERLOADED` (retryable) when too many are being computed.
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, { cost: COST, salt, length: HASH_BYTES });
  const { memoryKib, passes, lanes } = COST;
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(hash)}`;
}

/**
 * Whether `password` made `hash`. For an account that does not exist, verify against the hash of nobody's password, so
 * that timing tells nothing.
 * @throws Failure `OVERLOADED` (retryable), `BAD_PASSWORD_HASH` for a stored hash that is not one.
 */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const { cost, salt, expected } = parseHash(hash);
  const actual = await derive(password, { cost, salt, length: expected.length });
  return timingSafeEqual(actual, expected);
}

/** Whether a hash was made with less work than we ask for today; make a new one at the next right password. */
export function isOutdatedHash(hash: string): boolean {
  const { cost } = parseHash(hash);
  return cost.memoryKib < COST.memoryKib || cost.passes < COST.passes;
}

async function derive(
  password: string,
  { cost, salt, length }: { readonly cost: Cost; readonly salt: Buffer; readonly length: number },
): Promise<Buffer> {
  // NFKC: the same password typed on another keyboard is the same password (RFC 8265).
  const message = Buffer.from(password.slice(0, LONGEST_PASSWORD).normalize("NFKC"), "utf8");
  const { memoryKib: memory, passes, lanes: parallelism } = cost;
  return await gate.pass(() =>
    deriveKey("argon2id", { message, nonce: salt, tagLength: length, memory, passes, parallelism }),
  );
}

function parseHash(hash: string): { readonly cost: Cost; readonly salt: Buffer; readonly expected: Buffer } {
  const [, memory, passes, lanes, salt, expected] = PHC.exec(hash) ?? [];
  const cost = { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) };
  if (salt === undefined || expected === undefined || !isBearable(cost))
    throw new Failure("BAD_PASSWORD_HASH", { retryable: false });
  return { cost, salt: Buffer.from(salt, "base64"), expected: Buffer.from(expected, "base64") };
}

function isBearable({ memoryKib, passes, lanes }: Cost): boolean {
  const enough = passes >= 1 && lanes >= 1 && memoryKib >= 8 * lanes;
  return enough && memoryKib <= LARGEST.memoryKib && passes <= LARGEST.passes && lanes <= LARGEST.lanes;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
