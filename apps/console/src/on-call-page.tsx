import type { CalledPage, EscalationPolicy, OnCallNowView, OnCallView } from "@assay/operations/api/schema/on-call";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Countdown } from "@assay/page-kit/time.tsx";
import { Anchor, Button, Card, Group, List, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { SEVERITY_TONES } from "./alerts-api.ts";
import { Heartbeats } from "./heartbeats.tsx";
import { NewSchedule } from "./new-schedule.tsx";
import { calledPagesQuery, onCallQuery, onCallTone, policiesQuery, wallWords } from "./on-call-api.ts";
import { policyWords, targetWords, useNames } from "./policy-words.ts";

/** Who is called now, for what, and who after that. */
export function OnCallPage() {
  const onCall = useQuery(onCallQuery);
  const pages = useQuery(calledPagesQuery);
  const policies = useQuery(policiesQuery);
  return (
    <Stack>
      <PageTitle>On-call</PageTitle>
      <Awaited of={onCall} what="who is on call">
        {(found) => <OnCallNow view={found} />}
      </Awaited>
      <section aria-labelledby="called">
        <Title order={2} size="h4" id="called" mb="xs">
          People are called for
        </Title>
        <Awaited of={pages} what="the pages">
          {(found) => <CalledPages pages={found} />}
        </Awaited>
      </section>
      <section aria-labelledby="policies">
        <Title order={2} size="h4" id="policies" mb="xs">
          Escalation policies
        </Title>
        <Awaited of={policies} what="the policies">
          {(found) => <Policies policies={found} />}
        </Awaited>
      </section>
      <Heartbeats />
    </Stack>
  );
}

function OnCallNow({ view }: { readonly view: OnCallView }) {
  return (
    <Stack>
      {view.isEveryone && (
        <Notice tone="critical" role="status" title="Nobody is on call: every page calls everyone">
          Put somebody on the schedule that the default policy calls first.
        </Notice>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {view.schedules.map((schedule) => (
          <ScheduleCard key={schedule.id} schedule={schedule} />
        ))}
      </SimpleGrid>
      <NewSchedule />
    </Stack>
  );
}

function ScheduleCard({ schedule }: { readonly schedule: OnCallNowView }) {
  const { id, title, person, until, next, timeZone } = schedule;
  return (
    <Card withBorder component="article" aria-label={title}>
      <Stack gap={4}>
        <Text fw={650}>{title}</Text>
        <Text size="lg">
          <StateMark tone={onCallTone(schedule)} word={person?.name ?? "nobody: a gap"} strong />
        </Text>
        {schedule.source === "override" && <Text size="sm">by an override</Text>}
        {until !== null && (
          <Text size="sm">
            until {wallWords(until, timeZone)} {timeZone} (<Countdown until={until} />)
          </Text>
        )}
        <Text size="sm">{next === null ? "Nobody else takes turns." : `Then ${next.name}.`}</Text>
        <Group mt="xs">
          <Button component={Link} to={`/on-call/schedules/${id}`} variant="default" size="xs">
            Open {title}
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}

function CalledPages({ pages }: { readonly pages: readonly CalledPage[] }) {
  if (pages.length === 0)
    return (
      <Text>
        <StateMark tone="good" word="Nothing" /> calls anybody at the moment.
      </Text>
    );
  return (
    <Stack gap="xs">
      {pages.map((page) => (
        <Card key={page.id} withBorder padding="sm" component="article" aria-label={page.title}>
          <Group justify="space-between">
            <Stack gap={2} style={{ flex: "1 1 260px", minWidth: 0, overflowWrap: "anywhere" }}>
              <Text fw={650}>
                <StateMark tone={SEVERITY_TONES[page.severity]} word={page.title} strong />
              </Text>
              <CalledState page={page} />
            </Stack>
            <Button component={Link} to={`/on-call/pages/${page.id}`} variant="default" size="xs">
              {page.state === "calling" ? "Answer" : "Look"}
            </Button>
          </Group>
        </Card>
      ))}
    </Stack>
  );
}

/** Who was told, and what comes next. */
export function CalledState({ page }: { readonly page: CalledPage }) {
  const { state, told, next, acknowledgement } = page;
  const names = told.map(({ name }) => name).join(", ");
  if (state === "ended") return <Text size="sm">Over. Told: {names || "nobody"}.</Text>;
  if (acknowledgement !== null)
    return (
      <Text size="sm">
        {acknowledgement.by.name} is on it (<Countdown until={acknowledgement.until} />, then it calls again).
      </Text>
    );
  return (
    <Text size="sm">
      Told: {names || "nobody yet"}. No answer.
      {next !== null && (
        <>
          {" "}
          {next.title} follows: <Countdown until={next.at} />.
        </>
      )}
    </Text>
  );
}

function Policies({ policies }: { readonly policies: readonly EscalationPolicy[] }) {
  const names = useNames();
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      {policies.map((policy) => (
        <Card key={policy.id} withBorder component="article" aria-label={policy.title}>
          <Text fw={650}>{policy.title}</Text>
          <Text size="sm" c="dimmed">
            {policyWords(policy)}
          </Text>
          <List type="ordered" size="sm" my="xs">
            {policy.steps.map((step) => (
              <List.Item key={step.title}>
                <b>{step.title}</b>
                {step.afterMs === 0 ? " at once" : ` after ${step.afterMs / 60_000} min without an answer`}:{" "}
                {step.targets.map((target) => targetWords(target, names)).join(", ")}
              </List.Item>
            ))}
          </List>
          <Anchor component={Link} to={`/on-call/policies/${policy.id}`} underline="always" fz="sm">
            Change {policy.title}
          </Anchor>
        </Card>
      ))}
    </SimpleGrid>
  );
}
