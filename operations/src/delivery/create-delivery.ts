import { join } from "node:path";
import { createSeal, deriveSealingKey } from "@assay/platform/auth/seal";
import { loadOrCreateSigningKey } from "@assay/platform/signing/ed25519";
import { HOUR_MS } from "@assay/primitives/instant";
import type { ContactKind } from "../api/schema/delivery.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { EventPublisher } from "../events/events.ts";
import { repeat } from "../systems/repeat.ts";
import { Channels } from "./channels.ts";
import { Delivery, type DeliveryOptions } from "./delivery.ts";
import type { TelegramBot } from "./send-notification.ts";

export interface DeliverySettings {
  readonly environment: "local" | "staging" | "production";
  /** Holds `keys/`; outside the database on purpose. */
  readonly stateDirectory: string;
  readonly publicUrl: string;
  readonly webhookSecret: DeliveryOptions["webhookSecret"];
  readonly telegram: TelegramBot | undefined;
}

export interface CreateDeliveryOptions
  extends Omit<DeliveryOptions, "webhookSecret" | "telegram" | "allowsLoopback" | "channels"> {
  readonly settings: DeliverySettings;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
}

export interface DeliveryParts extends AsyncDisposable {
  readonly delivery: Delivery;
  readonly channels: Channels;
  /** What this plane can send over as it is configured. */
  readonly kinds: readonly ContactKind[];
  /** Forgets what was sent long ago, from now on. */
  start(): void;
}

const FORGET_INTERVAL_MS = 6 * HOUR_MS;

/** Delivery with the plane's own channels, whose secrets open with a key from the state directory. */
export async function createDelivery(options: CreateDeliveryOptions): Promise<DeliveryParts> {
  const { settings, random, mailer } = options;
  const { publicUrl, webhookSecret, telegram, environment } = settings;
  const key = await loadOrCreateSigningKey(join(settings.stateDirectory, "keys", "channels.pem"));
  const bytes = key.privateKeyObject.export({ format: "der", type: "pkcs8" });
  const seal = createSeal(deriveSealingKey(bytes, "assay.channels.v1"), random);
  const sending = { ...options, webhookSecret, telegram, allowsLoopback: environment === "local" };
  const channels = new Channels({ ...sending, seal, publicUrl });
  const delivery = new Delivery({ ...sending, channels });
  const stop = new AbortController();
  let forgetting = Promise.resolve();
  const forget = () =>
    delivery.forgetOld().catch((error: unknown) => options.logger.warn({ error }, "Old pages could not be forgotten"));
  const kinds: ContactKind[] = ["webhook", "slack"];
  if (mailer !== undefined) kinds.unshift("email");
  if (telegram !== undefined) kinds.push("telegram");
  return {
    delivery,
    channels,
    kinds,
    start: () => {
      forgetting = repeat(forget, { clock: options.clock, everyMs: FORGET_INTERVAL_MS, signal: stop.signal });
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await forgetting;
    },
  };
}
