import type { Clock } from "@assay/platform/clock/clock";
import type { Sql } from "@assay/platform/storage/database";
import { addMs, formatInstant, MINUTE_MS } from "@assay/primitives/instant";
import type { IncidentSeverity } from "../api/schema/incidents.ts";
import { severityWords } from "../api/schema/severity.ts";
import type { PageMessage } from "../delivery/page-message.ts";
import type { Paging } from "../on-call/paging.ts";
import type { Severity } from "../thresholds/threshold.ts";
import { type Incident, type NamedPerson, PLANE_ACTOR, respondBy, type TimelineEntry } from "./incident.ts";

export interface IncidentCallsOptions {
  readonly clock: Clock;
  readonly paging: Paging;
  /** Address of the console. */
  readonly publicUrl: string;
  /** How long an answer holds before people are called again; default 30 min. */
  readonly acknowledgementMs?: number;
}

const SEVERITIES: Readonly<Record<IncidentSeverity, Severity>> = {
  P0: "critical",
  P1: "high",
  P2: "warning",
  P3: "info",
};

/**
 * Calls people for what a person declares, raises or opens again; where an alert opened the incident, the alert calls. All
 * writes are in the caller's transaction.
 */
export class IncidentCalls {
  readonly #options: IncidentCallsOptions;

  constructor(options: IncidentCallsOptions) {
    this.#options = options;
  }

  /** What the timeline says of it; nothing for an incident of the least severity, which is shown and never called in. */
  async raise(tx: Sql, incident: Incident, why: string): Promise<TimelineEntry | undefined> {
    if (incident.severity === "P3") return undefined;
    const severity = SEVERITIES[incident.severity];
    const message = this.#message(
      incident,
      "incident.declared",
      `${why}\nAnswer by ${formatInstant(respondBy(incident))}.`,
    );
    const { system } = incident;
    const paged = await this.#options.paging.raise(tx, { subject: subjectOf(incident), system, severity, message });
    if (paged.length === 0) return undefined;
    return {
      kind: "page",
      actor: PLANE_ACTOR,
      summary: `Paged ${paged.map(({ person, kind }) => `${person} (${kind})`).join(", ")}`,
      details: { paged: paged.map(({ person, kind }) => ({ person, kind })) },
    };
  }

  /** Somebody looks after it: calls stop until their answer expires. */
  async acknowledge(tx: Sql, incident: Incident, by: NamedPerson): Promise<void> {
    const { clock, paging, acknowledgementMs = 30 * MINUTE_MS } = this.#options;
    await paging.acknowledge(tx, subjectOf(incident), { by, until: addMs(clock.now(), acknowledgementMs) });
  }

  /** Users are safe, or it is over: whoever was called hears of it. */
  async end(tx: Sql, incident: Incident, state: string): Promise<void> {
    const message = this.#message(incident, "incident.over", `It is ${state}.`);
    await this.#options.paging.end(tx, subjectOf(incident), message);
  }

  #message(incident: Incident, type: string, text: string): PageMessage {
    const { clock, publicUrl } = this.#options;
    const { id, title, system, severity } = incident;
    return {
      ...{ type, title: `[${severity}] ${system}: ${title}`, text: `${severityWords(severity)}\n${text}` },
      url: `${publicUrl}/incidents/${id}`,
      at: formatInstant(clock.now()),
      data: { id, title, system, severity },
    };
  }
}

function subjectOf({ id }: Pick<Incident, "id">): string {
  return `incident/${id}`;
}
