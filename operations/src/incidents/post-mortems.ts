import type { Sql } from "@assay/platform/storage/database";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { ReportSections } from "../api/schema/incidents.ts";
import { actionItemsOf } from "./action-item-store.ts";
import { type Incident, type NamedPerson, personActor } from "./incident.ts";
import { emptySections, proposedReport, reportMarkdown } from "./incident-report.ts";
import { findIncident, insertEntry, listEntries, lockIncident } from "./incident-store.ts";
import { auditOf, type IncidentsOptions } from "./incidents.ts";
import {
  insertPostMortem,
  listPostMortems,
  newestPostMortem,
  type PostMortem,
  postMortemDigest,
} from "./post-mortem-store.ts";

export interface PostMortemRefusal {
  readonly code:
    | "INCIDENT_NOT_FOUND"
    | "VERSION_CONFLICT"
    | "REPORT_INCOMPLETE"
    | "OWN_REPORT"
    | "SAME_STATE"
    | "TOO_MANY_VERSIONS";
  readonly detail?: string;
}

export interface Save {
  /** What was edited; 0 is the proposal. */
  readonly baseVersion: number;
  readonly sections: ReportSections;
  readonly by: NamedPerson;
}

export interface StateMove {
  readonly baseVersion: number;
  readonly state: PostMortem["state"];
  readonly by: NamedPerson;
}

/** The newest version, or what the timeline proposes while nothing is saved. */
export type StandingPostMortem =
  | PostMortem
  | { readonly version: 0; readonly state: "draft"; readonly sections: ReportSections };

const MOST_VERSIONS = 500;

/** Incident reports: proposed by the timeline, written and reviewed by people, each version kept. */
export class PostMortems {
  readonly #options: IncidentsOptions;

  constructor(options: IncidentsOptions) {
    this.#options = options;
  }

  async standing(incidentId: string): Promise<StandingPostMortem | undefined> {
    const { database } = this.#options;
    const incident = await findIncident(database, incidentId);
    if (incident === undefined) return undefined;
    const newest = await newestPostMortem(database, incidentId);
    if (newest !== undefined) return newest;
    const [timeline, actionItems] = await Promise.all([
      listEntries(database, incidentId),
      actionItemsOf(database, incidentId),
    ]);
    return { version: 0, state: "draft", sections: proposedReport({ incident, timeline, actionItems }) };
  }

  /** Newest first. */
  versions(incidentId: string): Promise<PostMortem[]> {
    return listPostMortems(this.#options.database, incidentId);
  }

  async markdown(incidentId: string): Promise<string | undefined> {
    const incident = await findIncident(this.#options.database, incidentId);
    const standing = incident && (await this.standing(incidentId));
    return incident === undefined || standing === undefined ? undefined : reportMarkdown(incident, standing);
  }

  /** A new version, as a draft: what was published stays among the versions. */
  save(incidentId: string, { baseVersion, sections, by }: Save): Promise<Result<PostMortem, PostMortemRefusal>> {
    return this.#write(incidentId, { baseVersion, by }, async () =>
      accept({ state: "draft", sections, said: "wrote" }),
    );
  }

  /** Sends it to review, publishes it or takes it back. Somebody else than its writer publishes it. */
  move(incidentId: string, { baseVersion, state, by }: StateMove): Promise<Result<PostMortem, PostMortemRefusal>> {
    return this.#write(incidentId, { baseVersion, by }, async (tx, newest) => {
      if (newest === undefined) return refuse({ code: "VERSION_CONFLICT", detail: "Nothing is saved yet." });
      if (newest.state === state) return refuse({ code: "SAME_STATE", detail: `It is in this state already.` });
      if (state === "published") {
        const empty = emptySections(newest.sections);
        if (empty.length > 0) return refuse({ code: "REPORT_INCOMPLETE", detail: `Still empty: ${empty.join(", ")}.` });
        if ((await writerOf(tx, incidentId)) === by.id)
          return refuse({ code: "OWN_REPORT", detail: "Somebody who did not write it publishes it." });
      }
      const said = { draft: "took back", review: "asked for review of", published: "published" }[state];
      return accept({ state, sections: newest.sections, said });
    });
  }

  async #write(
    incidentId: string,
    { baseVersion, by }: { readonly baseVersion: number; readonly by: NamedPerson },
    work: (
      tx: Sql,
      newest: PostMortem | undefined,
      incident: Incident,
    ) => Promise<Result<Pick<PostMortem, "state" | "sections"> & { readonly said: string }, PostMortemRefusal>>,
  ): Promise<Result<PostMortem, PostMortemRefusal>> {
    const { database, clock, audit, events } = this.#options;
    const written = await database.transaction(async (tx): Promise<Result<PostMortem, PostMortemRefusal>> => {
      const incident = await lockIncident(tx, incidentId);
      if (incident === undefined) return refuse({ code: "INCIDENT_NOT_FOUND" });
      const newest = await newestPostMortem(tx, incidentId);
      const version = (newest?.version ?? 0) + 1;
      if (baseVersion !== version - 1)
        return refuse({
          code: "VERSION_CONFLICT",
          detail: `Version ${version - 1} was saved meanwhile; read it first.`,
        });
      if (version > MOST_VERSIONS) return refuse({ code: "TOO_MANY_VERSIONS" });
      const next = await work(tx, newest, incident);
      if (!next.ok) return next;
      const { said, ...content } = next.value;
      const digest = postMortemDigest(incidentId, { version, ...content });
      const postMortem = { version, ...content, writtenAt: clock.now(), writtenBy: by, digest };
      await insertPostMortem(tx, incidentId, postMortem);
      const entry = await insertEntry(tx, incidentId, {
        at: clock.now(),
        entry: {
          kind: "post-mortem",
          actor: personActor(by),
          summary: `${by.name} ${said} the post-mortem (version ${version})`,
          details: { version, state: content.state, reportSha256: digest },
        },
      });
      await audit.append(tx, auditOf(incidentId, entry));
      return accept(postMortem);
    });
    if (written.ok) events.publish({ topic: "incidents", id: incidentId });
    return written;
  }
}

/** Who wrote the text that stands: later versions may only have changed its state. */
async function writerOf(tx: Sql, incidentId: string): Promise<string | undefined> {
  const versions = await listPostMortems(tx, incidentId);
  const text = ({ sections }: PostMortem) => canonicalJson({ ...sections });
  const first = versions.findIndex((one, index) => {
    const before = versions[index + 1];
    return before === undefined || text(before) !== text(one);
  });
  return versions[first]?.writtenBy.id;
}
