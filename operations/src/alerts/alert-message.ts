import { formatInstant, type Instant } from "@assay/primitives/instant";
import type { JsonObject } from "@assay/primitives/json";
import type { PageMessage } from "../delivery/page-message.ts";
import type { Threshold } from "../thresholds/threshold.ts";
import { boundWords } from "../thresholds/threshold-sentence.ts";
import { type Alert, alertKey } from "./alert.ts";
import type { GroupPage, News, Telling } from "./grouping.ts";

export interface MessageContext {
  /** By id. */
  readonly thresholds: ReadonlyMap<string, Threshold>;
  readonly now: Instant;
  /** Address of the console. */
  readonly publicUrl: string;
}

const WORDS: Readonly<Record<Telling, string>> = {
  fired: "is firing",
  raised: "got worse",
  resolved: "is resolved",
  acknowledgement_expired: "is still firing: its acknowledgement has expired",
  quiet_ended: "is still firing: what kept it quiet has ended",
  repeated: "is still firing",
};

/** More alerts than this are counted, not listed: a page must fit a phone. */
const MOST_LISTED = 10;
const MOST_FOR_MACHINES = 50;

/** What a page of a group says: the worst first, each with its own next step. */
export function groupMessage({ news, lead }: GroupPage, context: MessageContext): PageMessage {
  const [worst, ...others] = news as readonly [News, ...News[]];
  const url = `${context.publicUrl}/alerts/${others.length === 0 ? worst.alert.id : lead}`;
  const alerts = news.slice(0, MOST_FOR_MACHINES).map(({ alert }) => alertData(alert));
  const data: JsonObject = { ...alertData(worst.alert), alerts, alertsLeftOut: news.length - alerts.length };
  const common = { type: typeOf(worst.telling), url, at: formatInstant(context.now), data };
  if (others.length === 0) return { ...common, title: newsTitle(worst), text: newsText(worst, context) };
  const listed = news.slice(0, MOST_LISTED).map((one) => `${newsTitle(one)}\n${newsText(one, context)}`);
  const left = news.length > MOST_LISTED ? [`… and ${news.length - MOST_LISTED} more.`] : [];
  return {
    ...common,
    title: `${newsTitle(worst)}, and ${others.length} more`,
    text: [...listed, ...left].join("\n\n"),
  };
}

export function newsTitle({ alert, telling }: Pick<News, "alert" | "telling">): string {
  return `[${alert.severity}] ${alertKey(alert.system, alert.name)} ${WORDS[telling]}`;
}

function newsText({ alert, telling }: News, { thresholds }: MessageContext): string {
  const threshold = alert.threshold === null ? undefined : thresholds.get(alert.threshold);
  const limit = threshold?.levels[alert.severity];
  const number =
    alert.value === null || threshold === undefined || limit === undefined
      ? ""
      : ` ${threshold.title}: ${alert.value} (${alert.severity} ${boundWords(limit, threshold.unit)}).`;
  return `${alert.summary}${number}\nSince ${formatInstant(alert.firedAt ?? alert.startedAt)}.\n${nextStep(alert, telling)}`;
}

function nextStep({ runbook }: Alert, telling: Telling): string {
  if (telling === "resolved") return "Nothing is left to do for it.";
  return runbook === null ? "It names no runbook: open it in the console." : `Next step: runbook ${runbook}.`;
}

function typeOf(telling: Telling): string {
  return telling === "fired" || telling === "raised" ? "alert.firing" : `alert.${telling}`;
}

/** The alert for machines. */
export function alertData(alert: Alert): JsonObject {
  return {
    id: alert.id,
    source: alert.source,
    system: alert.system,
    name: alert.name,
    key: alert.key,
    labels: { ...alert.labels },
    state: alert.state,
    severity: alert.severity,
    summary: alert.summary,
    threshold: alert.threshold,
    value: alert.value,
    runbook: alert.runbook,
    startedAt: formatInstant(alert.startedAt),
    firedAt: alert.firedAt === null ? null : formatInstant(alert.firedAt),
    resolvedAt: alert.resolvedAt === null ? null : formatInstant(alert.resolvedAt),
    incidentId: alert.incidentId,
  };
}
