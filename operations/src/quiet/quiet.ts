import type { Clock } from "@assay/platform/clock/clock";
import type { Random } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import type { QuietReader } from "../alerts/quieting.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { EventPublisher } from "../events/events.ts";
import { Maintenance } from "./maintenance.ts";
import { Silences } from "./silences.ts";

/** A part of a system, with the names of its alerts. */
export interface QuietComponent {
  readonly id: string;
  readonly alerts: readonly string[];
}

export interface QuietOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  /** Of a system that is watched; undefined for an unknown one. */
  readonly components: (system: string) => readonly QuietComponent[] | undefined;
  /** Runs after each change, so that what is loud again is told at once. */
  readonly onChanged: () => Promise<void>;
}

export interface Quiet {
  readonly silences: Silences;
  readonly maintenance: Maintenance;
  readonly reader: QuietReader;
}

/** What keeps alerts quiet, and for how long. */
export async function createQuiet(options: QuietOptions): Promise<Quiet> {
  const silences = await Silences.open(options);
  const maintenance = await Maintenance.open(options);
  return {
    silences,
    maintenance,
    reader: {
      silenceOf: (alert, now) => silences.of(alert, now)?.id ?? null,
      maintenanceOf: (alert, now) => maintenance.of(alert, now)?.id ?? null,
    },
  };
}
