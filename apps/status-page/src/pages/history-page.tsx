import { type ComponentHistory, type ComponentState, statusHistorySchema } from "@assay/operations/api/schema/status";
import { formatDuration } from "@assay/page-kit/time.tsx";
import { Frame } from "./page.tsx";
import { Moment, StateWord, TONES } from "./state-word.tsx";
import { usePolled } from "./use-polled.ts";

const EVERY_MS = 60_000;

/** The last 90 days: the worst of each day, how much of the time things worked, and what was told. */
export function HistoryPage() {
  const { data, error } = usePolled("/api/status/history", statusHistorySchema, EVERY_MS);
  if (data === undefined) return <Frame title="History">{error ?? "Loading …"}</Frame>;
  return (
    <Frame title="History">
      {error !== undefined && <p role="status">This may be old: it could not be renewed.</p>}
      <p className="dim">
        The worst of each day in UTC, today on the right. A higher bar is a worse day; a dot is a day that nobody
        watched. Uptime is the part of the watched time without outage; maintenance is not counted.
      </p>
      {data.components.map(({ id, title, history }) => (
        <section className="card" key={id} aria-label={title}>
          <h2>{title}</h2>
          <Days history={history} title={title} />
          <p>{uptimeWords(history)}</p>
        </section>
      ))}
      <section className="card">
        <h2>Incidents</h2>
        {data.incidents.length === 0 ? (
          <p>None in {data.days} days.</p>
        ) : (
          <ul>
            {data.incidents.map(({ id, title, status, startedAt }) => (
              <li className="part" key={id}>
                <a href={`/incidents/${id}`}>{title}</a>
                <span>
                  <StateWord state={status} /> <Moment at={startedAt} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </Frame>
  );
}

const HEIGHTS: Readonly<Record<ComponentState, number>> = {
  "no data": 2,
  operational: 10,
  "under maintenance": 10,
  "degraded performance": 18,
  "partial outage": 26,
  "major outage": 34,
};
const FULL = 34;
const STEP = 5;

// Height says how bad, so that it reads without colours.
function Days({ history: { days }, title }: { readonly history: ComponentHistory; readonly title: string }) {
  const bad = days.filter(({ worst }) => worst.endsWith("outage")).length;
  const unknown = days.filter(({ worst }) => worst === "no data").length;
  const label = `${title}, ${days.length} days: ${bad} with an outage, ${unknown} not watched`;
  return (
    <svg className="days" viewBox={`0 0 ${days.length * STEP} ${FULL}`} role="img" aria-label={label}>
      {days.map(({ day, worst }, index) => (
        <rect
          key={day}
          x={index * STEP}
          y={FULL - HEIGHTS[worst]}
          width={STEP - 1.5}
          height={HEIGHTS[worst]}
          className={TONES[worst]}
        >
          <title>{`${day}: ${worst}`}</title>
        </rect>
      ))}
    </svg>
  );
}

function uptimeWords({ uptime, knownMs, unknownMs, outageMs }: ComponentHistory): string {
  if (uptime === null) return "Uptime: not known, nobody has watched it so far.";
  // Never rounded up to a hundred.
  const percent = Math.floor(uptime * 10_000) / 100;
  return `Uptime ${percent.toFixed(2)} % of ${formatDuration(knownMs)} watched; ${formatDuration(outageMs)} of outage; ${formatDuration(unknownMs)} not known.`;
}
