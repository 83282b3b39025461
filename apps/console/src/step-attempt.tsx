import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Card, Code, Group, List, Stack, Text } from "@mantine/core";
import { type StepRunView, VERDICT_TONES } from "./runbooks-api.ts";

interface StepAttemptProps {
  readonly attempt: StepRunView;
  /** A person's list: the form below shows it, there is no command. */
  readonly isManual: boolean;
}

/** One try of a step: what ran, what each expectation saw, and the output as it is kept. */
export function StepAttempt({ attempt, isManual }: StepAttemptProps) {
  return (
    <Card withBorder bg="var(--page-ground)" padding="sm">
      <Stack gap={6}>
        <Group justify="space-between">
          {attempt.verdict === null ? (
            <StateMark tone="info" word={attempt.state.replaceAll("_", " ")} strong />
          ) : (
            <StateMark tone={VERDICT_TONES[attempt.verdict]} word={attempt.verdict} strong />
          )}
          <Text size="sm" c="dimmed">
            {attempt.attempt > 1 ? `Attempt ${attempt.attempt}, ` : ""}
            <Time at={attempt.startedAt} />
          </Text>
        </Group>
        {attempt.command !== "" && !isManual && <CopyCommand command={attempt.command} />}
        {attempt.expectations.length > 0 && (
          <List size="sm" listStyleType="none">
            {attempt.expectations.map((expectation) => (
              <List.Item key={expectation.text} style={{ overflowWrap: "anywhere" }}>
                <StateMark tone={VERDICT_TONES[expectation.verdict]} word={expectation.verdict} /> {expectation.text}
                {expectation.verdict !== "passed" && (
                  <>; seen: {expectation.reason ?? JSON.stringify(expectation.observed)}</>
                )}
              </List.Item>
            ))}
          </List>
        )}
        {attempt.output !== "" && <Output attempt={attempt} />}
        {attempt.signedBy !== null && <Text size="sm">Signed by {attempt.signedBy.name}</Text>}
        {attempt.note !== null && <Text size="sm">Note: {attempt.note}</Text>}
        {attempt.reason !== null && <Text size="sm">{attempt.reason}</Text>}
      </Stack>
    </Card>
  );
}

/** While it runs, what was printed so far stays in sight; afterwards it is kept with its digest. */
function Output({ attempt }: { readonly attempt: StepRunView }) {
  return (
    <details open={attempt.state === "running"}>
      <summary>{attempt.state === "running" ? "Printed so far" : `Output${attempt.truncated ? ", cut" : ""}`}</summary>
      <Code block tabIndex={0} mah={320} style={{ overflow: "auto" }}>
        {attempt.output}
      </Code>
      {attempt.outputSha256 !== null && (
        <Text size="xs" ff="monospace" style={{ overflowWrap: "anywhere" }}>
          sha256 {attempt.outputSha256}
        </Text>
      )}
    </details>
  );
}
