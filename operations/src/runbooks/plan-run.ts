import type { Manifest } from "../manifest/manifest.ts";
import type { Caution } from "./document/caution.ts";
import { formatDuration } from "./document/duration.ts";
import type { Runbook, Step } from "./document/runbook.ts";
import type { PlaceValue } from "./document/template.ts";
import { formatExpected } from "./expect/expectation.ts";
import { createRunValues } from "./run/lookup.ts";
import { reasonOf } from "./run/reason-of.ts";
import { createRedactor } from "./run/redact.ts";
import { commandLine, type RenderedBlock, renderBlock, withoutSecrets } from "./run/render.ts";
import { undoSteps } from "./run/run-rules.ts";

/** One step as it would run, for people who decide whether to start. */
export interface PlannedStep {
  readonly name: string;
  readonly title: string;
  readonly kind: Step["kind"];
  readonly effect: Step["effect"];
  /** What the block is: `http`, `sh`, `sql`, `action`, `manual`. */
  readonly block: Step["block"]["kind"];
  /** People who must sign: 0 where the machine goes on alone. */
  readonly people: number;
  /** The exact command with everything filled in that is known now; secrets and later captures stay names. */
  readonly command: string;
  /** The action as a sentence, for actions. */
  readonly sentence: string | null;
  readonly expects: readonly string[];
  readonly within: string | null;
  readonly timeout: string | null;
  /** What the box of a dangerous step says. */
  readonly caution: Pick<Caution, "people" | "effect" | "undo"> | null;
  readonly rollback: string | null;
  /** It runs only to undo another step. */
  readonly isUndo: boolean;
  /** Left out in this environment. */
  readonly isSkipped: boolean;
  readonly items: readonly { readonly text: string; readonly noteRequired: boolean }[];
  /** What the reader is told before the block, as Markdown. */
  readonly prose: string;
  readonly line: number;
}

export interface PlanOptions {
  readonly manifest: Manifest;
  readonly params: Readonly<Record<string, PlaceValue>>;
  readonly captures?: Readonly<Record<string, PlaceValue>>;
  readonly runId?: string;
}

/** Resolves a runbook without doing anything: places, people, order. */
export function planRun(runbook: Runbook, options: PlanOptions): readonly PlannedStep[] {
  const { manifest, params, captures = {}, runId = "{{run.id}}" } = options;
  const values = createRunValues({ manifest, runbook, params, captures, runId, keepUnknown: true });
  const undo = undoSteps(runbook);
  return runbook.steps.map((step) => {
    const block = withoutSecrets(renderBlock(step.block, values), createRedactor({ names: step.redact }));
    return {
      name: step.name,
      title: step.title,
      kind: step.kind,
      effect: step.effect,
      block: step.block.kind,
      people: peopleFor(step, manifest),
      command: commandLine(block, { system: manifest.system, reason: reasonOf(runbook, step) }),
      sentence: sentenceOf(block, manifest),
      expects: (step.expect?.all ?? []).map(formatExpected),
      within: step.expect?.withinMs === undefined ? null : formatDuration(step.expect.withinMs),
      timeout: step.timeoutMs === undefined ? null : formatDuration(step.timeoutMs),
      caution: cautionOf(step),
      rollback: step.rollback ?? null,
      isUndo: undo.has(step.name),
      isSkipped: step.environments !== undefined && !step.environments.includes(manifest.environment),
      items:
        step.block.kind === "manual" && block.kind === "manual"
          ? step.block.items.map(({ noteRequired }, index) => ({ text: block.items[index]!, noteRequired }))
          : [],
      prose: step.prose,
      line: step.line,
    };
  });
}

/** The policy's number, raised by the runbook where it asks for more. */
function peopleFor(step: Step, manifest: Manifest): number {
  if (step.block.kind === "manual") return 1;
  if (step.effect !== "danger" || step.block.kind !== "action") return 0;
  const { action } = step.block;
  return Math.max(manifest.actions.find(({ name }) => name === action)?.people ?? 1, step.approval ?? 1);
}

function cautionOf({ caution }: Step): PlannedStep["caution"] {
  if (caution === undefined) return null;
  const { people, effect, undo } = caution;
  return { people, effect, undo };
}

function sentenceOf(block: RenderedBlock, manifest: Manifest): string | null {
  if (block.kind !== "action") return null;
  const description = manifest.actions.find(({ name }) => name === block.action);
  if (description === undefined) return null;
  return description.sentence.replaceAll(/\{(\w+)\}/g, (place, name: string) =>
    block.params[name] === undefined ? place : String(block.params[name]),
  );
}
