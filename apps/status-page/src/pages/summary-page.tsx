import {
  type PublicComponent,
  type PublicIncidentView,
  type StatusSummary,
  statusSummarySchema,
} from "@assay/operations/api/schema/status";
import { useNow } from "@assay/page-kit/time.tsx";
import { HEADLINES, OLD_MS } from "../state-words.ts";
import { IncidentCard } from "./incident-page.tsx";
import { Frame } from "./page.tsx";
import { Moment, StateWord } from "./state-word.tsx";
import { SubscribeForm } from "./subscribe-form.tsx";
import { usePolled } from "./use-polled.ts";

const EVERY_MS = 10_000;

/** How everything is now. */
export function SummaryPage() {
  const { data, error } = usePolled("/api/status/summary", statusSummarySchema, EVERY_MS);
  const now = useNow(5_000);
  if (data === undefined)
    return error === undefined ? (
      <Frame title="Status">Loading …</Frame>
    ) : (
      <Frame title={HEADLINES["no data"]}>Our monitoring cannot be reached.</Frame>
    );
  const isOld = now - Date.parse(data.asOf) > OLD_MS;
  return (
    <Frame title={HEADLINES[isOld ? "no data" : data.state]}>
      <p role="status">
        {isOld ? "This is old. Last known " : "As of "}
        <Moment at={data.asOf} />
      </p>
      <Summary summary={data} />
      <SubscribeForm />
    </Frame>
  );
}

function Summary({ summary }: { readonly summary: StatusSummary }) {
  const names = namesOf(summary);
  const current = summary.incidents.filter(({ resolvedAt }) => resolvedAt === null);
  const over = summary.incidents.filter(({ resolvedAt }) => resolvedAt !== null);
  return (
    <>
      {current.map((incident) => (
        <IncidentCard key={incident.id} incident={incident} names={names} />
      ))}
      {summary.groups.map(({ title, components }) => (
        <section className="card" key={title} aria-label={title || "Parts"}>
          <h2>{title || "Parts"}</h2>
          <ul>
            {components.map((component) => (
              <Part key={component.id} component={component} />
            ))}
          </ul>
        </section>
      ))}
      {summary.maintenance.map(({ id, title, components, startsAt, endsAt }) => (
        <section className="card" key={id}>
          <h2>Maintenance: {title}</h2>
          <p>
            <Moment at={startsAt} /> to <Moment at={endsAt} />
          </p>
          <p className="dim">{components.map((part) => names.get(part) ?? part).join(", ")}</p>
        </section>
      ))}
      <Recent incidents={over} />
    </>
  );
}

function Part({ component }: { readonly component: PublicComponent }) {
  const { title, description, state, since, seenAt, endsAt } = component;
  return (
    <li className="part">
      <span>
        <strong>{title}</strong>
        {description !== "" && <span className="dim"> {description}</span>}
      </span>
      <span>
        <StateWord state={state} />
        {state !== "operational" && since !== null && (
          <small>
            since <Moment at={since} />
          </small>
        )}
        {state === "no data" && (
          <small>
            {seenAt === null ? (
              "nothing was known so far"
            ) : (
              <>
                last known <Moment at={seenAt} />
              </>
            )}
          </small>
        )}
        {endsAt !== null && (
          <small>
            until <Moment at={endsAt} />
          </small>
        )}
      </span>
    </li>
  );
}

function Recent({ incidents }: { readonly incidents: readonly PublicIncidentView[] }) {
  if (incidents.length === 0) return <p className="dim">No incident in the last seven days that is over.</p>;
  return (
    <section className="card">
      <h2>Over since less than seven days</h2>
      <ul>
        {incidents.map(({ id, title, status, resolvedAt }) => (
          <li className="part" key={id}>
            <a href={`/incidents/${id}`}>{title}</a>
            <span>
              <StateWord state={status} /> <Moment at={resolvedAt!} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function namesOf({ groups }: Pick<StatusSummary, "groups">): ReadonlyMap<string, string> {
  return new Map(groups.flatMap(({ components }) => components.map(({ id, title }) => [id, title] as const)));
}
