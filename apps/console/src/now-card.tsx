import type { AlertView } from "@assay/operations/api/schema/alerts";
import type { IncidentView } from "@assay/operations/api/schema/incidents";
import type { RunView } from "@assay/operations/api/schema/runbooks";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Countdown, Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { acknowledgeAlert, SEVERITY_TONES } from "./alerts-api.ts";
import { changesQuery } from "./changes.tsx";
import { incidentsQuery } from "./incidents-api.ts";
import { runsQuery } from "./runbooks-api.ts";

const ACKNOWLEDGED_MINUTES = 30;

interface NowCardProps {
  /** The one to look at first. */
  readonly alert: AlertView;
  /** How many more are loud. */
  readonly others: number;
}

/** The worst thing now, in the order in which somebody who just woke up asks. */
export function NowCard({ alert, others }: NowCardProps) {
  const { data: incidents } = useQuery(incidentsQuery("current"));
  const { data: runs } = useQuery(runsQuery({ state: "open", system: alert.system }));
  const incident = incidents?.find(({ id }) => id === alert.incidentId);
  const run = runs?.find(({ incidentId }) => incidentId !== null && incidentId === alert.incidentId);
  return (
    <Card withBorder component="article" aria-label={`${alert.severity}: ${alert.name}`} padding="md">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <Stack gap={2} style={{ flex: "1 1 320px", minWidth: 0 }}>
            <Title order={2} size="h3" style={{ overflowWrap: "anywhere" }}>
              {alert.summary}
            </Title>
            <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              {alert.system}.{alert.name}
              {others > 0 ? `, and ${others} more below` : ""}
            </Text>
          </Stack>
          <Group gap="xs" align="flex-start">
            {alert.incidentId !== null && (
              <Button component={Link} to={`/incidents/${alert.incidentId}`} size="md" variant="default">
                Incident
              </Button>
            )}
            <NextStep alert={alert} run={run} />
          </Group>
        </Group>
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} component="dl" m={0} spacing="md" verticalSpacing="xs">
          <Answer question="How bad">
            <StateMark tone={SEVERITY_TONES[alert.severity]} word={alert.severity} strong />
            {incident !== undefined && `, ${incident.severity}`}
            {alert.unknown && (
              <Text component="div" inherit>
                <StateMark tone="unknown" word="its numbers cannot be read now" />
              </Text>
            )}
          </Answer>
          <Answer question="Since when">
            <Time at={alert.firedAt ?? alert.startedAt} />
          </Answer>
          <Answer question="Who is on it">
            <WhoIsOnIt alert={alert} incident={incident} run={run} />
          </Answer>
          <Answer question="What changed last">
            <LastChange before={alert.startedAt} />
          </Answer>
        </SimpleGrid>
      </Stack>
    </Card>
  );
}

function Answer({ question, children }: { readonly question: string; readonly children: ReactNode }) {
  return (
    <div>
      <Text component="dt" size="sm" c="dimmed">
        {question}
      </Text>
      <Text component="dd" m={0} style={{ overflowWrap: "anywhere" }}>
        {children}
      </Text>
    </div>
  );
}

interface WhoProps {
  readonly alert: AlertView;
  readonly incident: IncidentView | undefined;
  readonly run: RunView | undefined;
}

function WhoIsOnIt({ alert, incident, run }: WhoProps) {
  const { acknowledgement } = alert;
  if (acknowledgement !== null)
    return (
      <>
        {acknowledgement.by.name} is on it (<Countdown until={acknowledgement.expiresAt} />)
      </>
    );
  if (run !== undefined) return <>{run.startedBy.name} runs its runbook</>;
  if (incident?.commander != null) return <>{incident.commander} leads the incident</>;
  return <StateMark tone="high" word="nobody" strong />;
}

/** The last change before it began is the first suspect. */
function LastChange({ before }: { readonly before: string }) {
  const { data: changes, error } = useQuery(changesQuery);
  if (changes === undefined) return <StateMark tone="unknown" word={error === null ? "loading" : "unknown"} />;
  const suspect = changes.find(({ at }) => at <= before);
  if (suspect === undefined) return <>Nothing that is known</>;
  return (
    <>
      {suspect.action} by {suspect.actor.name}, <Time at={suspect.at} />
    </>
  );
}

/** One thing to do: whoever has taken it goes on where the work stands. */
function NextStep({ alert, run }: { readonly alert: AlertView; readonly run: RunView | undefined }) {
  if (alert.human === "unacknowledged" && run === undefined) return <Take alert={alert} />;
  if (run !== undefined)
    return (
      <Button component={Link} to={`/runs/${run.id}`} size="md">
        Go on with the run
      </Button>
    );
  const incident = alert.incidentId === null ? "" : `?incident=${alert.incidentId}`;
  if (alert.runbook !== null)
    return (
      <Button component={Link} to={`/runbooks/${alert.runbook}${incident}`} size="md">
        Open the runbook
      </Button>
    );
  return (
    <Button component={Link} to={`/alerts/${alert.id}`} size="md">
      Look at it
    </Button>
  );
}

function Take({ alert }: { readonly alert: AlertView }) {
  const queries = useQueryClient();
  const taking = useMutation({
    mutationFn: () => acknowledgeAlert(alert.id, { note: "", minutes: ACKNOWLEDGED_MINUTES }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["alerts"] }),
  });
  return (
    <Stack gap={4} align="flex-end">
      <Button size="md" loading={taking.isPending} onClick={() => taking.mutate()}>
        Acknowledge
      </Button>
      <Text size="sm" c="dimmed">
        Quiet for {ACKNOWLEDGED_MINUTES} min, then it pages again.
      </Text>
      <ProblemNotice error={taking.error} />
    </Stack>
  );
}
