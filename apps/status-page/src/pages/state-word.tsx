import type { ComponentState, UpdateStatus } from "@assay/operations/api/schema/status";
import { MARKS, type Tone } from "@assay/page-kit/state-mark.tsx";
import { formatDuration, formatUtc, useNow } from "@assay/page-kit/time.tsx";

export const TONES: Readonly<Record<ComponentState | UpdateStatus, Tone>> = {
  operational: "good",
  "degraded performance": "warning",
  "partial outage": "high",
  "major outage": "critical",
  "under maintenance": "info",
  "no data": "unknown",
  investigating: "high",
  identified: "warning",
  monitoring: "info",
  resolved: "good",
};

/** A state by word, shape and colour. */
export function StateWord({ state }: { readonly state: ComponentState | UpdateStatus }) {
  const tone = TONES[state];
  const { shape, hollow } = MARKS[tone];
  return (
    <span className={`state ${tone}`}>
      <svg width="0.75em" height="0.75em" viewBox="0 0 12 12" aria-hidden="true">
        <path d={shape} className={hollow ? "hollow" : "full"} />
      </svg>{" "}
      {state}
    </span>
  );
}

/** A moment in UTC with its age; local time in the title. */
export function Moment({ at }: { readonly at: string }) {
  const now = useNow(5_000);
  const date = new Date(at);
  const away = now - date.getTime();
  const age = away < -15_000 ? `in ${formatDuration(-away)}` : `${formatDuration(away)} ago`;
  return (
    <time dateTime={at} title={date.toLocaleString()}>
      {formatUtc(date, now)} UTC ({age})
    </time>
  );
}
