import { totpCode } from "@assay/platform/auth/totp";
import { systemClock } from "@assay/platform/clock/clock";
import { SECOND_MS, toInstant } from "@assay/primitives/instant";

const STEP_MS = 30 * SECOND_MS;
const MARGIN_MS = 100;

/** The application on somebody's phone. Servers take each code once, so it never shows the same one again. */
export class Authenticator {
  readonly #secret: string;
  #lastStep = 0;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** The next code; after three in a row it waits until the server takes another. */
  async nextCode(): Promise<string> {
    const present = Math.floor(systemClock.now() / STEP_MS);
    // A server also takes the codes just before and just after the present one.
    const step = Math.max(this.#lastStep + 1, present - 1);
    const earlyMs = (step - 1) * STEP_MS - systemClock.now();
    if (earlyMs > 0) await systemClock.sleep(earlyMs + MARGIN_MS);
    this.#lastStep = step;
    return totpCode(this.#secret, toInstant(step * STEP_MS));
  }
}
