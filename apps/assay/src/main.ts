import { createProcessContext } from "./process-context.ts";
import { defineProgram } from "./program.ts";

// A reader that has seen enough (`assay logs | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const { context, args } = createProcessContext(process);
process.exitCode = await defineProgram().run(context, args);
// Connections kept alive for a next request must not keep the command from ending.
process.exit();
