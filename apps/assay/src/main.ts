import { enableCompileCache } from "node:module";
import { COMPILE_CACHE } from "./repository.ts";

// Everything below is loaded afterwards, and from the second time on without being stripped and compiled again.
enableCompileCache(COMPILE_CACHE);
const { defineProgram } = await import("./program.ts");
const { createProcessContext } = await import("./process-context.ts");

// A reader that has seen enough (`assay logs | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const { context, args } = createProcessContext(process);
process.exitCode = await defineProgram().run(context, args);
// Connections kept alive for a next request must not keep the command from ending.
process.exit();
