import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Alert, Group, List, Stack, Text, Title } from "@mantine/core";
import Markdown from "react-markdown";
import remarkGfm from "remark-gfm";
import type { PlannedStepView } from "./runbooks-api.ts";

const KINDS = { check: "reads", command: "changes something", action: "action", manual: "for a person" } as const;

/** One step as the reader needs it: why, exactly what, what must be seen, and how it is undone. */
export function StepPlan({ step }: { readonly step: PlannedStepView }) {
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={3} size="h4" id={step.name}>
          {step.title}
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
      {step.prose !== "" && (
        <div>
          <Markdown remarkPlugins={[remarkGfm]}>{step.prose}</Markdown>
        </div>
      )}
      {step.caution !== null && (
        <Alert color="orange" title="Caution">
          {step.caution}
        </Alert>
      )}
      {step.sentence !== null && <Text fw={600}>{step.sentence}</Text>}
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
              <List.Item key={expectation}>{expectation}</List.Item>
            ))}
          </List>
        </div>
      )}
      {step.rollback !== null && step.rollback !== "none" && <Text size="sm">Undone by step {step.rollback}.</Text>}
    </Stack>
  );
}
