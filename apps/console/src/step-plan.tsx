import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Alert, Group, List, Stack, Text, Title } from "@mantine/core";
import { Prose } from "./prose.tsx";
import type { PlannedStepView } from "./runbooks-api.ts";

const KINDS = { check: "reads", command: "changes something", action: "action", manual: "for a person" } as const;

/** One step as the reader needs it: why, exactly what, what must be seen, and how it is undone. */
export function StepPlan({ step, number }: { readonly step: PlannedStepView; readonly number: number }) {
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={2} size="h4" id={step.name}>
          {number}. {step.title}
        </Title>
        <Group gap="md">
          {step.isUndo && <Text size="sm">only to undo another step</Text>}
          {step.isSkipped && <StateMark tone="neutral" word="left out here" />}
          <StateMark
            tone={step.effect === "danger" ? "high" : step.effect === "write" ? "warning" : "neutral"}
            word={step.effect === "danger" ? "danger" : KINDS[step.kind]}
          />
          {step.people > 0 && <Text size="sm">{step.people === 1 ? "1 person" : `${step.people} people`}</Text>}
        </Group>
      </Group>
      <Prose text={step.prose} />
      {step.caution !== null && (
        <Alert color="orange" title="Caution">
          <Prose text={step.caution} />
        </Alert>
      )}
      {step.sentence !== null && <Text fw={650}>{step.sentence}</Text>}
      {step.command !== "" && step.kind !== "manual" && <CopyCommand command={step.command} />}
      {step.items.length > 0 && (
        <List size="sm" listStyleType="'☐ '">
          {step.items.map((item) => (
            <List.Item key={item.text}>
              {item.text}
              {item.noteRequired ? " (with a note)" : ""}
            </List.Item>
          ))}
        </List>
      )}
      {step.expects.length > 0 && (
        <div>
          <Text size="sm" c="dimmed">
            You should see{step.within === null ? "" : ` within ${step.within}`}
          </Text>
          <List size="sm">
            {step.expects.map((expectation) => (
              <List.Item key={expectation} style={{ overflowWrap: "anywhere" }}>
                {expectation}
              </List.Item>
            ))}
          </List>
        </div>
      )}
      {step.rollback !== null && step.rollback !== "none" && <Text size="sm">Undone by step {step.rollback}.</Text>}
    </Stack>
  );
}
