import type { IncidentFigures } from "@assay/operations/api/schema/incidents";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { formatDuration } from "@assay/page-kit/time.tsx";
import { Card, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { figuresQuery } from "./incidents-api.ts";

const DAYS = 30;

/** How fast we answer and mend; each mean with how many incidents it is made of. */
export function IncidentFiguresRow() {
  const figures = useQuery(figuresQuery(DAYS));
  return (
    <Awaited of={figures} what="the figures">
      {({ opened, acknowledge, mitigate, resolve, answeredInTime: { inTime, count } }) => (
        <Group component="section" aria-label={`The last ${DAYS} days`} gap="md" align="stretch">
          <Figure title={`Opened in ${DAYS} days`} value={String(opened)} note="merged ones are counted once" />
          <Mean title="Mean time to acknowledge" mean={acknowledge} />
          <Mean title="Mean time to mitigate" mean={mitigate} />
          <Mean title="Mean time to resolve" mean={resolve} />
          <Figure
            title="Answered in time"
            value={count === 0 ? "no data" : `${inTime} of ${count}`}
            note="15 min, 1 h, 4 h, 24 h by severity"
          />
        </Group>
      )}
    </Awaited>
  );
}

function Mean({ title, mean }: { readonly title: string; readonly mean: IncidentFigures["resolve"] }) {
  const { meanMs, count } = mean;
  const value = meanMs === null ? "no data" : formatDuration(meanMs);
  return <Figure title={title} value={value} note={`${count} ${count === 1 ? "incident" : "incidents"}`} />;
}

interface FigureProps {
  readonly title: string;
  readonly value: string;
  readonly note: string;
}

function Figure({ title, value, note }: FigureProps) {
  return (
    <Card withBorder py="xs" miw={150}>
      <Text size="xs" c="dimmed">
        {title}
      </Text>
      <Text fw={650} fz="lg">
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {note}
      </Text>
    </Card>
  );
}
