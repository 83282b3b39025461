import type { Clock } from "@assay/platform/clock/clock";
import type { Logger } from "@assay/platform/logging/logger";
import type { Random } from "@assay/platform/random/random";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { sha256Hex } from "@assay/primitives/hash";
import { newId } from "@assay/primitives/id";
import { addMs, DAY_MS, formatInstant } from "@assay/primitives/instant";
import type { JsonValue } from "@assay/primitives/json";
import { accept, type Result, refuse } from "@assay/primitives/result";
import type { AuditLog } from "../audit/audit.ts";
import type { AuditActor } from "../audit/audit-entry.ts";
import { type Period, periodsBetween, type Recurrence } from "../checklists/periods.ts";
import type { EventPublisher } from "../events/events.ts";
import { PLANE_ACTOR } from "../incidents/incident.ts";
import type { ReportDeclaration, ReportSchedule } from "../manifest/report.ts";
import type { Systems } from "../systems/systems.ts";
import { type FiguresOptions, readFigure } from "./figures.ts";
import { firstRecordAt } from "./plane-figures.ts";
import type { Report, ReportContent, ReportWindow } from "./report.ts";
import {
  findReport,
  forgetReports,
  hasScheduled,
  insertReport,
  type KeptReport,
  listReports,
  listSchedules,
  putSchedule,
  type SetSchedule,
} from "./report-store.ts";
import { reportsOf } from "./standard-reports.ts";

export interface ReportsOptions extends FiguresOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly audit: AuditLog;
  readonly events: EventPublisher;
  readonly systems: Pick<Systems, "list" | "find">;
}

export interface OfferedReport {
  readonly system: string;
  readonly report: ReportDeclaration;
  /** In force now; null: not by the clock. */
  readonly schedule: ReportSchedule | null;
}

export type ReportRefusal = { readonly code: "REPORT_NOT_FOUND" | "BAD_WINDOW"; readonly detail?: string };

const LONGEST_WINDOW_MS = 400 * DAY_MS;
const KEPT_MS = 400 * DAY_MS;
const WINDOW_MS = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS } as const;

/** What happened in a stretch of time, with the query behind each figure; kept as it was made. */
export class Reports {
  readonly #options: ReportsOptions;

  constructor(options: ReportsOptions) {
    this.#options = options;
  }

  /** What can be made, and when it is made by itself. */
  async offered(): Promise<OfferedReport[]> {
    const set = await listSchedules(this.#options.database);
    return this.#options.systems.list().flatMap(({ manifest }) =>
      reportsOf(manifest).map((report) => {
        const chosen = set.find((one) => one.system === manifest.system && one.name === report.name);
        const schedule = chosen === undefined ? (report.schedule ?? null) : chosen.schedule;
        return { system: manifest.system, report, schedule };
      }),
    );
  }

  /** The last so many days, up to now. */
  window(span: keyof typeof WINDOW_MS): ReportWindow {
    const to = this.#options.clock.now();
    return { from: addMs(to, -WINDOW_MS[span]), to };
  }

  async make(
    of: { readonly system: string; readonly name: string },
    { window, by, scheduledFor = null }: { window: ReportWindow; by: AuditActor; scheduledFor?: string | null },
  ): Promise<Result<Report, ReportRefusal>> {
    const { database, clock, random, audit, events, systems } = this.#options;
    const { from, to } = window;
    if (from >= to || to - from > LONGEST_WINDOW_MS || from > clock.now())
      return refuse({ code: "BAD_WINDOW", detail: "A report is of at most 400 days that have begun." });
    const manifest = systems.find(of.system)?.manifest;
    const declared = manifest && reportsOf(manifest).find(({ name }) => name === of.name);
    if (declared === undefined) return refuse({ code: "REPORT_NOT_FOUND" });
    const content = await this.#content(of.system, declared, window);
    const madeAt = clock.now();
    const report: Report = {
      id: newId("rep", madeAt, random),
      madeAt,
      madeBy: { kind: by.kind, id: by.id, name: by.name },
      scheduledFor,
      content,
      sha256: sha256Hex(canonicalJson(content as unknown as JsonValue)),
    };
    await database.transaction(async (tx) => {
      if (!(await insertReport(tx, report))) return;
      const details = { id: report.id, from: content.from, to: content.to, sha256: report.sha256 };
      await audit.append(tx, { actor: by, action: "report.made", target: `${of.system}/${of.name}`, details });
    });
    events.publish({ topic: "reports", id: report.id });
    return accept(report);
  }

  async find(id: string): Promise<Report | undefined> {
    return await findReport(this.#options.database, id);
  }

  async list(page: { readonly system?: string | undefined; readonly limit: number }): Promise<KeptReport[]> {
    return await listReports(this.#options.database, page);
  }

  /** Over what the manifest declares. */
  async schedule(
    set: SetSchedule,
    by: { readonly id: string; readonly name: string },
  ): Promise<Result<void, ReportRefusal>> {
    const { database, clock, audit, events, systems } = this.#options;
    const manifest = systems.find(set.system)?.manifest;
    if (manifest === undefined || !reportsOf(manifest).some(({ name }) => name === set.name))
      return refuse({ code: "REPORT_NOT_FOUND" });
    await database.transaction(async (tx) => {
      await putSchedule(tx, set, { by, at: clock.now() });
      const { system, name, schedule } = set;
      const target = `${system}/${name}`;
      const actor: AuditActor = { kind: "person", ...by };
      await audit.append(tx, { actor, action: "report.scheduled", target, details: { schedule } });
    });
    events.publish({ topic: "reports", id: set.name });
    return accept(undefined);
  }

  /** Makes what is due by the clock: one per day, week or month, of the time up to it. */
  async advance(): Promise<void> {
    const { database, clock, logger } = this.#options;
    const now = clock.now();
    const since = await firstRecordAt(database);
    for (const { system, report, schedule } of await this.offered()) {
      const due = schedule && periodsBetween(recurrence(schedule), addMs(now, -DAY_MS), now).at(-1);
      // Of a time before the plane's own there is nothing to tell.
      if (!schedule || !due || since === undefined || due.opensAt <= since) continue;
      try {
        await this.#makeDue({ system, report, schedule }, due);
      } catch (error) {
        logger.error({ error, system, report: report.name }, "A report could not be made by the clock");
      }
    }
    await forgetReports(database, addMs(now, -KEPT_MS));
  }

  async #makeDue(
    { system, report: { name }, schedule }: OfferedReport & { readonly schedule: ReportSchedule },
    { date, opensAt }: Period,
  ): Promise<void> {
    if (await hasScheduled(this.#options.database, { system, name, date })) return;
    const window = { from: addMs(opensAt, -WINDOW_MS[schedule.every]), to: opensAt };
    const made = await this.make({ system, name }, { window, by: PLANE_ACTOR, scheduledFor: date });
    if (made.ok)
      this.#options.logger.info({ system, report: name, id: made.value.id }, "A report was made by the clock");
  }

  async #content(system: string, declared: ReportDeclaration, window: ReportWindow): Promise<ReportContent> {
    const { systems, clock } = this.#options;
    const request = { manifest: systems.find(system)!.manifest, window, now: clock.now() };
    const sections: ReportContent["sections"][number][] = [];
    for (const { title, figures } of declared.sections) {
      const read = figures.map((figure) => readFigure(figure, request, this.#options));
      sections.push({ title, figures: await Promise.all(read) });
    }
    const { name, title, kind } = declared;
    const [from, to] = [formatInstant(window.from), formatInstant(window.to)];
    return { format: "assay.report.v1", system, name, title, kind, from, to, sections };
  }
}

function recurrence({ every, at, timeZone }: ReportSchedule): Recurrence {
  // Of a week on its Monday, of a month on its first day.
  return { every, weekday: 1, dayOfMonth: 1, opensAt: at, dueAt: at, timeZone };
}
