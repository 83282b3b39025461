import { answer, answerText, mediaReply, type Route, route } from "@assay/platform/http/route";
import { type Principal, person, reader } from "../../identity/principal.ts";
import { prometheusRules } from "../../thresholds/prometheus-rules.ts";
import { toPromql } from "../../thresholds/promql.ts";
import { thresholdSentence } from "../../thresholds/threshold-sentence.ts";
import { type ThresholdView, thresholdListSchema } from "../schema/systems.ts";
import type { WatchApi } from "./watch-api.ts";

/** GET `/api/thresholds` */
export function listThresholds({ systems, evaluation }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/thresholds",
    summary: "Every threshold with what it reads now",
    access: person("viewer"),
    replies: { 200: thresholdListSchema },
    handle: async () => {
      const thresholds = systems.list().flatMap(({ manifest }) =>
        manifest.thresholds.map((threshold): ThresholdView => {
          const reading = evaluation.reading(manifest.system, threshold.id);
          const alerts = manifest.alertRules.filter((rule) => rule.thresholds.includes(threshold.id));
          return {
            system: manifest.system,
            threshold,
            sentence: thresholdSentence(threshold),
            promql: toPromql(threshold.expression),
            reading:
              reading === undefined
                ? { kind: "unknown", reason: "not evaluated yet" }
                : reading.kind === "value"
                  ? { ...reading, levels: [...reading.levels] }
                  : reading,
            alerts: alerts.map(({ name }) => name),
          };
        }),
      );
      return answer(200, { thresholds });
    },
  });
}

/** GET `/api/prometheus-rules`: the rule file for a Prometheus of one's own. */
export function getPrometheusRules({ systems, evaluationIntervalMs }: WatchApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/prometheus-rules",
    summary: "The alert rules as a Prometheus rule file",
    access: reader("read:alerts"),
    replies: { 200: mediaReply("application/yaml") },
    handle: async () => {
      const sources = systems.list().map(({ manifest }) => manifest);
      return answerText(200, prometheusRules(sources, evaluationIntervalMs), "application/yaml; charset=utf-8");
    },
  });
}
