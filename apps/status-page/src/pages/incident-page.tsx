import { type PublicIncidentView, publicIncidentSchema } from "@assay/operations/api/schema/status";
import { Frame } from "./page.tsx";
import { Moment, StateWord } from "./state-word.tsx";
import { usePolled } from "./use-polled.ts";

const EVERY_MS = 10_000;

/** Everything that was told about one incident. */
export function IncidentPage({ id }: { readonly id: string }) {
  const { data, error } = usePolled(`/api/status/incidents/${id}`, publicIncidentSchema, EVERY_MS);
  if (data === undefined) return <Frame title="Incident">{error ?? "Loading …"}</Frame>;
  return (
    <Frame title={data.title}>
      {error !== undefined && <p role="status">This may be old: it could not be renewed.</p>}
      <Updates incident={data} />
    </Frame>
  );
}

interface IncidentCardProps {
  readonly incident: PublicIncidentView;
  /** Of the parts, by id. */
  readonly names: ReadonlyMap<string, string>;
}

/** One that goes on, on the page of now. */
export function IncidentCard({ incident, names }: IncidentCardProps) {
  const { id, title, components } = incident;
  return (
    <section className="card trouble">
      <h2>
        <a href={`/incidents/${id}`}>{title}</a>
      </h2>
      {components.length > 0 && (
        <p className="dim">Affects {components.map((part) => names.get(part) ?? part).join(", ")}</p>
      )}
      <Updates incident={incident} />
    </section>
  );
}

function Updates({ incident }: { readonly incident: PublicIncidentView }) {
  return (
    <ol className="updates">
      {incident.updates.map(({ at, status, text }) => (
        <li key={at + status}>
          <StateWord state={status} />{" "}
          <span className="dim">
            <Moment at={at} />
          </span>
          <p>{text}</p>
        </li>
      ))}
    </ol>
  );
}
