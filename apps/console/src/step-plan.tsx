import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { StateMark, type Tone } from "@assay/page-kit/state-mark.tsx";
import { Group, List, Stack, Text, Title } from "@mantine/core";
import { Prose } from "./prose.tsx";
import type { PlannedStepView } from "./runbooks-api.ts";

const KINDS = { check: "reads", command: "changes something", action: "action", manual: "for a person" } as const;

interface StepHeadingProps {
  readonly step: PlannedStepView;
  readonly number: number;
  /** Where it stands in a run. */
  readonly standing?: { readonly tone: Tone; readonly word: string };
}

/** A step's name, what it may do, and how many people it wants; in a run also where it stands. */
export function StepHeading({ step, number, standing }: StepHeadingProps) {
  return (
    <Group justify="space-between">
      <Title order={2} size="h4" id={step.name}>
        {number}. {step.title}
      </Title>
      <Group gap="md" fz="sm">
        {step.isUndo && <Text>only to undo another step</Text>}
        {step.isSkipped && <StateMark tone="neutral" word="left out here" />}
        <StateMark
          tone={step.effect === "danger" ? "high" : step.effect === "write" ? "warning" : "neutral"}
          word={step.effect === "danger" ? "danger" : KINDS[step.kind]}
        />
        {step.people > 0 && <Text>{step.people === 1 ? "1 person" : `${step.people} people`}</Text>}
        {standing !== undefined && <StateMark tone={standing.tone} word={standing.word} strong />}
      </Group>
    </Group>
  );
}

interface StepPlanProps {
  readonly step: PlannedStepView;
  /** A try of the step shows what ran and what was seen, so that the plan need not. */
  readonly tried?: boolean;
}

/** What the reader needs of a step: why, exactly what, what must be seen, and how it is undone. */
export function StepPlan({ step, tried = false }: StepPlanProps) {
  return (
    <Stack gap="sm">
      <Prose text={step.prose} />
      {step.caution !== null && <Caution caution={step.caution} />}
      {step.sentence !== null && <Text fw={650}>{step.sentence}</Text>}
      {!tried && step.command !== "" && step.kind !== "manual" && <CopyCommand command={step.command} />}
      {!tried && step.items.length > 0 && <Items step={step} />}
      {!tried && step.expects.length > 0 && <Expectations step={step} />}
      {step.rollback !== null && step.rollback !== "none" && <Text>Undone by step {step.rollback}.</Text>}
    </Stack>
  );
}

/** Who signs, what it changes, and how back: the three things to know before anybody signs. */
function Caution({ caution: { people, effect, undo } }: { readonly caution: NonNullable<PlannedStepView["caution"]> }) {
  return (
    <Notice tone="high" title={`Caution: ${people.toLowerCase()}`}>
      <Prose text={effect} />
      <Prose text={`Undo: ${undo}`} />
    </Notice>
  );
}

function Items({ step }: { readonly step: PlannedStepView }) {
  return (
    <List size="sm" listStyleType="'☐ '">
      {step.items.map((item) => (
        <List.Item key={item.text}>
          {item.text}
          {item.noteRequired ? " (with a note)" : ""}
        </List.Item>
      ))}
    </List>
  );
}

function Expectations({ step }: { readonly step: PlannedStepView }) {
  return (
    <div>
      <Text c="dimmed">You should see{step.within === null ? "" : ` within ${step.within}`}</Text>
      <List size="sm">
        {step.expects.map((expectation) => (
          <List.Item key={expectation} style={{ overflowWrap: "anywhere" }}>
            {expectation}
          </List.Item>
        ))}
      </List>
    </div>
  );
}
