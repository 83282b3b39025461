import { defineCommandGroup } from "@assay/platform/command-line/command";
import { coverage } from "../runbook/coverage-command.ts";
import { lint } from "../runbook/lint-command.ts";
import { query } from "../runbook/query-command.ts";
import { list, plan, show } from "../runbook/read-commands.ts";
import { abort, decide, follow, pause, run, runs, sign, transcript } from "../runbook/run-commands.ts";
import { verify } from "../runbook/verify-command.ts";

export const command = defineCommandGroup({
  name: "runbook",
  summary: "lint, read and run runbooks",
  details: `A runbook is a document whose every step the machine can run and check. A run is kept by the plane: it survives the end
of this command, and several people may look after it.`,
  commands: {
    list,
    show,
    plan,
    lint,
    run,
    runs,
    follow,
    sign,
    decide,
    pause,
    abort,
    verify,
    transcript,
    query,
    coverage,
  },
});
