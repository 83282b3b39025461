import type { Seal } from "@assay/platform/auth/seal";
import type { Clock } from "@assay/platform/clock/clock";
import { Secret } from "@assay/platform/config/secret";
import type { Random } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { Failure } from "@assay/primitives/failure";
import { newId } from "@assay/primitives/id";
import { formatInstant } from "@assay/primitives/instant";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { ChannelBody } from "../api/schema/delivery.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { EventPublisher } from "../events/events.ts";
import { type Channel, findChannel, insertChannel, listChannels, removeChannel } from "./channel-store.ts";
import { type Destination, type SendOptions, sendNotification } from "./send-notification.ts";
import { checkTarget, type TargetRefusal } from "./target-address.ts";

export interface ChannelsOptions extends SendOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  readonly seal: Seal;
  /** Address of the console, for the test message. */
  readonly publicUrl: string;
}

/** What delivery needs of channels. */
export interface ChannelReader {
  find(id: string): Promise<Channel | undefined>;
  /** Where it leads, its secret opened; undefined once it was removed. */
  destination(id: string): Promise<Destination | undefined>;
  fallback(id: string): Promise<string | undefined>;
}

interface Who {
  readonly id: string;
  readonly name: string;
}

export type ChannelRefusal =
  | { readonly code: "NAME_TAKEN" | "TOO_MANY_CHANNELS" | "FALLBACK_NOT_FOUND" | "CHANNEL_NOT_FOUND" }
  | TargetRefusal;

const MOST_CHANNELS = 100;
const SHOWN_END = 4;

/** The plane's own channels. Their secrets are sealed, opened for one delivery, and never shown or logged again. */
export class Channels implements ChannelReader {
  readonly #options: ChannelsOptions;

  constructor(options: ChannelsOptions) {
    this.#options = options;
  }

  list(): Promise<Channel[]> {
    return listChannels(this.#options.database);
  }

  find(id: string): Promise<Channel | undefined> {
    return findChannel(this.#options.database, id);
  }

  async fallback(id: string): Promise<string | undefined> {
    return (await this.find(id))?.fallbackId ?? undefined;
  }

  async destination(id: string): Promise<Destination | undefined> {
    const channel = await this.find(id);
    if (channel === undefined) return undefined;
    const { kind, target, sealed } = channel;
    if (sealed === null) return { kind, target };
    const secret = this.#options.seal.open(sealed, id);
    return kind === "slack" ? { kind, target: secret } : { kind, target, secret: new Secret(secret) };
  }

  async create(body: ChannelBody, by: Who): Promise<Result<Channel, ChannelRefusal>> {
    const { database, clock, random, audit, events, seal, allowsLoopback } = this.#options;
    const target =
      body.kind === "webhook" || body.kind === "slack" ? checkTarget(body.target, allowsLoopback) : undefined;
    if (target?.ok === false) return target;
    const known = await this.list();
    if (known.length >= MOST_CHANNELS) return refuse({ code: "TOO_MANY_CHANNELS" });
    if (known.some(({ name }) => name === body.name)) return refuse({ code: "NAME_TAKEN" });
    const { name, kind, fallback: fallbackId } = body;
    if (fallbackId !== null && !known.some(({ id }) => id === fallbackId))
      return refuse({ code: "FALLBACK_NOT_FOUND" });
    const now = clock.now();
    const id = newId("chn", now, random);
    const secret = body.kind === "slack" ? body.target : body.kind === "webhook" ? body.secret : undefined;
    const sealed = secret === undefined ? null : seal.seal(secret, id);
    const shown = body.kind === "slack" ? masked(body.target) : body.target;
    const channel = { id, name, kind, target: shown, sealed, fallbackId, createdBy: by.name, createdAt: now };
    const details = { name, kind, target: shown, fallback: fallbackId };
    await audit.append(undefined, { actor: { kind: "person", ...by }, action: "channel.created", target: id, details });
    await insertChannel(database, channel);
    events.publish({ topic: "on-call", id });
    return accept(channel);
  }

  async remove(id: string, by: Who): Promise<Result<void, { readonly code: "CHANNEL_NOT_FOUND" }>> {
    const { database, clock, audit, events } = this.#options;
    const known = await this.find(id);
    if (known === undefined) return refuse({ code: "CHANNEL_NOT_FOUND" });
    const details = { name: known.name, kind: known.kind };
    await audit.append(undefined, { actor: { kind: "person", ...by }, action: "channel.removed", target: id, details });
    await database.transaction((tx) => removeChannel(tx, id, clock.now()));
    events.publish({ topic: "on-call", id });
    return accept(undefined);
  }

  /** Sends a message at once, without a job, and says how it went. */
  async test(
    id: string,
    by: Who,
  ): Promise<Result<{ readonly error: string | null }, { readonly code: "CHANNEL_NOT_FOUND" }>> {
    const { clock, audit, publicUrl } = this.#options;
    const destination = await this.destination(id);
    if (destination === undefined) return refuse({ code: "CHANNEL_NOT_FOUND" });
    await audit.append(undefined, {
      actor: { kind: "person", ...by },
      action: "channel.tested",
      target: id,
      details: {},
    });
    const message = {
      type: "channel.test",
      title: "Test of a channel",
      text: `${by.name} tests this channel. Pages of the operations plane arrive here. Nothing is broken.`,
      url: `${publicUrl}/alerts`,
      at: formatInstant(clock.now()),
      data: {},
    };
    try {
      await sendNotification({ id: `test/${id}`, person: null, message }, destination, this.#options);
      return accept({ error: null });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return accept({ error: error.code });
    }
  }
}

/** Enough to tell two apart, too little to post with. */
function masked(url: string): string {
  const { origin } = new URL(url);
  return `${origin}/…${url.slice(-SHOWN_END)}`;
}
