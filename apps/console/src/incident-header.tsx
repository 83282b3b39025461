import type { IncidentDetail } from "@assay/operations/api/schema/incident-detail";
import { SEVERITIES } from "@assay/operations/api/schema/severity";
import { Notice } from "@assay/page-kit/notice.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { StateMark, type Tone } from "@assay/page-kit/state-mark.tsx";
import { Countdown, formatDuration, Time } from "@assay/page-kit/time.tsx";
import { Anchor, Group, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { SEVERITY_TONES } from "./incidents-api.ts";

/** What is broken, how bad, since when, how long everything took, and who leads. */
export function IncidentHeader({ detail }: { readonly detail: IncidentDetail }) {
  const { incident, roles, merged } = detail;
  const { word, level } = SEVERITIES[incident.severity];
  const commander = roles.find(({ role }) => role === "commander");
  return (
    <Stack gap="xs">
      <PageTitle>{incident.title}</PageTitle>
      <Group gap="md" role="status" aria-live="polite">
        <StateMark tone={SEVERITY_TONES[incident.severity]} word={`${incident.severity} · ${word} · ${level}`} strong />
        <StateMark tone={incident.resolvedAt === null ? "warning" : "good"} word={incident.state} strong />
        <Text span>{incident.system}</Text>
        <Text span>{commander === undefined ? "Nobody leads" : `${commander.person.name} leads`}</Text>
      </Group>
      {incident.mergedInto !== null && (
        <Notice tone="info" title="It goes on in another incident">
          <Anchor component={Link} to={`/incidents/${incident.mergedInto}`} underline="always" inherit>
            {incident.mergedInto}
          </Anchor>
        </Notice>
      )}
      <Clocks detail={detail} />
      {merged.length > 0 && (
        <Text c="dimmed">
          Merged into it:{" "}
          {merged.map(({ id, title }) => (
            <Anchor key={id} component={Link} to={`/incidents/${id}`} underline="always" inherit mr="sm">
              {title}
            </Anchor>
          ))}
        </Text>
      )}
      <Text c="dimmed">
        Opened <Time at={incident.openedAt} />
        {" · "}
        <Anchor
          href={`/api/incidents/${incident.id}/export`}
          download={`incident-${incident.id}.json`}
          underline="always"
          inherit
        >
          export with audit proof
        </Anchor>
      </Text>
    </Stack>
  );
}

function Clocks({ detail: { incident } }: { readonly detail: IncidentDetail }) {
  const { acknowledgeMs, mitigateMs, resolveMs, answeredInTime } = incident.clocks;
  const isWaiting = acknowledgeMs === null && incident.resolvedAt === null;
  const tone: Tone = answeredInTime === null ? "neutral" : answeredInTime ? "good" : "critical";
  return (
    <Group component="section" aria-label="Clocks" gap="lg">
      {isWaiting ? (
        <Text>
          <StateMark tone={answeredInTime === false ? "critical" : "warning"} word="To be answered" />{" "}
          {answeredInTime === false ? "in vain since the limit passed" : <Countdown until={incident.respondBy} />}
        </Text>
      ) : (
        <Text>
          <StateMark tone={tone} word="Answered" />{" "}
          {acknowledgeMs === null ? "by nobody, it ended by itself" : `after ${formatDuration(acknowledgeMs)}`}
          {answeredInTime === false && ", too late"}
        </Text>
      )}
      <Text>Mitigated {mitigateMs === null ? "not yet" : `after ${formatDuration(mitigateMs)}`}</Text>
      <Text>Resolved {resolveMs === null ? "not yet" : `after ${formatDuration(resolveMs)}`}</Text>
    </Group>
  );
}
