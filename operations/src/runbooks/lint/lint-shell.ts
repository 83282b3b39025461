import { allowedCommand, endlessWord } from "../allowed-programs.ts";
import type { Step } from "../document/runbook.ts";
import type { Complain } from "./lint-step.ts";

/** Only allow-listed programs, with the effect the step declares, and none that waits for ever. */
export function lintShell(step: Step, words: readonly string[], complain: Complain): void {
  const allowed = allowedCommand(words);
  if (allowed === undefined) {
    complain("program", `\`${words.slice(0, 3).join(" ")}\` is not an allowed program`);
    return;
  }
  if (allowed.effect !== step.effect)
    complain("program", `\`${allowed.words.join(" ")}\` is effect=${allowed.effect}, not ${step.effect}`);
  const endless = endlessWord(words);
  if (endless !== undefined) complain("unbounded", `\`${endless}\` never ends; give a step a window instead`);
}
