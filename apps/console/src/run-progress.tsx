import { StateMark, type Tone } from "@assay/page-kit/state-mark.tsx";
import { Anchor, Group } from "@mantine/core";
import {
  type PlannedStepView,
  type RunDetailView,
  type RunView,
  type StepRunView,
  VERDICT_TONES,
} from "./runbooks-api.ts";

/** Where each step stands, in one look, each leading to its step. */
export function RunProgress({ detail: { run, steps, plan } }: { readonly detail: RunDetailView }) {
  return (
    <Group component="nav" aria-label="Steps" gap="xs">
      {plan.map((step, index) => {
        const { tone, word } = standing(
          run,
          step,
          steps.findLast((stepRun) => stepRun.step === step.name),
        );
        return (
          <Anchor key={step.name} href={`#${step.name}`} underline="hover" fz="sm" title={step.title}>
            <StateMark tone={tone} word={`${index + 1} ${word}`} strong={run.cursor === step.name} />
          </Anchor>
        );
      })}
    </Group>
  );
}

/** Where a step of a run stands, after its last try. */
export function standing(
  run: RunView,
  step: PlannedStepView,
  last: StepRunView | undefined,
): { readonly tone: Tone; readonly word: string } {
  if (last?.verdict != null) return { tone: VERDICT_TONES[last.verdict], word: last.verdict };
  if (last !== undefined) {
    const waits = last.state !== "running";
    return { tone: waits ? "warning" : "info", word: last.state.replaceAll("_", " ") };
  }
  if (step.isUndo) return { tone: "neutral", word: "if undone" };
  if (step.isSkipped) return { tone: "neutral", word: "left out" };
  return { tone: "neutral", word: run.endedAt === null ? "to do" : "not run" };
}
