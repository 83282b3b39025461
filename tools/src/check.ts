import { lintRunbooksStep } from "./runbooks.ts";
import { programStep, runSteps } from "./step.ts";
import { tidyStep } from "./tidy.ts";

// All of it in under a minute; nothing is changed.
const passed = await runSteps([
  programStep("format and lint", "biome", ["check", "--error-on-warnings", "."]),
  programStep("types of the services", "tsc", ["-p", "."]),
  programStep("types of the page kit", "tsc", ["-p", "apps/page-kit"]),
  programStep("types of the console", "tsc", ["-p", "apps/console"]),
  programStep("types of the customer pages", "tsc", ["-p", "apps/coinhubx-frontend"]),
  programStep("types of the status page", "tsc", ["-p", "apps/status-page"]),
  tidyStep,
  lintRunbooksStep,
]);
process.exitCode = passed ? 0 : 1;
