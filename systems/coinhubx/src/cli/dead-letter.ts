import { defineCommand, defineCommandGroup } from "@assay/platform/command-line/command";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { formatTable } from "@assay/platform/command-line/terminal";
import { deadLettersSchema, jobChangedSchema } from "../api/schema/jobs.ts";
import { callAsOperator } from "./call-exchange.ts";

const list = defineCommand({
  name: "coinhubx dead-letter list",
  summary: "show jobs that exhausted their retries",
  details: "Equal failures share a fingerprint, which may carry a note on what is known.",
  examples: [["assay coinhubx dead-letter list", "what failed for good?"]],
  async run(context) {
    const { terminal } = context;
    const { dead_letter: dead } = await callAsOperator(context, {
      path: "/api/jobs/dead-letter",
      schema: deadLettersSchema,
    });
    type Row = (typeof dead)[number];
    if (terminal.isJson) terminal.printJson(dead);
    else if (dead.length === 0) terminal.print("There is none.");
    else {
      const columns = [
        { title: "JOB", text: (row: Row) => row.job_id },
        { title: "TYPE", text: (row: Row) => row.job_type },
        { title: "SINCE", text: (row: Row) => row.created_at },
        { title: "ERROR", text: (row: Row) => row.error },
        { title: "KNOWN", text: (row: Row) => row.known_issue ?? "" },
      ];
      terminal.print(formatTable(terminal, columns, dead));
    }
    return undefined;
  },
});

const retry = defineCommand({
  name: "coinhubx dead-letter retry",
  usage: "<job>",
  summary: "put a dead job back into its queue",
  details: "Handlers are idempotent: what was done already is not done twice.",
  examples: [["assay coinhubx dead-letter retry 0197…", "after its cause is fixed"]],
  words: { min: 1, max: 1 },
  async run(context, { words: [job = ""] }) {
    const path = `/api/jobs/${encodeURIComponent(job)}/retry`;
    const request = { method: "POST" as const, body: {} };
    const { status } = await callAsOperator(context, { path, schema: jobChangedSchema, request });
    context.terminal.print(`${job}: ${status}`);
    return undefined;
  },
});

const discard = defineCommand({
  name: "coinhubx dead-letter discard",
  usage: "<job> --reason <text>",
  summary: "drop a dead job for good",
  details: "What the job was to do is not done. The reason is audited.",
  examples: [['assay coinhubx dead-letter discard 0197… --reason "the customer left"', "drop it"]],
  options: { reason: { kind: "text", value: "text", summary: "why, for the audit log" } },
  words: { min: 1, max: 1 },
  async run(context, { words: [job = ""], options: { reason } }) {
    if (reason === undefined) throw new UsageError("say why, with --reason");
    const path = `/api/jobs/${encodeURIComponent(job)}/discard`;
    const request = { method: "POST" as const, body: { reason } };
    const { status } = await callAsOperator(context, { path, schema: jobChangedSchema, request });
    context.terminal.print(`${job}: ${status}`);
    return undefined;
  },
});

export const deadLetter = defineCommandGroup({
  name: "coinhubx dead-letter",
  summary: "see, retry and discard jobs that failed for good",
  details: "A job whose retries are exhausted waits here for a person.",
  commands: { list, retry, discard },
});
