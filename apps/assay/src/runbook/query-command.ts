import { promqlAnswerSchema } from "@assay/operations/api/schema/runbooks";
import { defineCommand } from "@assay/platform/command-line/command";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { formatTable, printable } from "@assay/platform/command-line/terminal";
import { z } from "zod";
import { planeSession } from "../plane/plane-session.ts";

const samplesSchema = z.array(
  z.object({ labels: z.record(z.string(), z.string()), value: z.union([z.number(), z.string()]) }),
);

export const query = defineCommand({
  name: "runbook query",
  usage: "<system> <promql>",
  summary: "ask what a promql step would see now",
  details: `Answers a PromQL query as a step of a runbook would: from the configured Prometheus, or from the plane's own samples. No
answer is told apart from an empty one.`,
  examples: [["assay runbook query coinhubx 'sum by (status) (rate(http_requests_total[5m]))'", "requests per second"]],
  words: { min: 2, max: 2 },
  exits: { 1: "nobody can tell; the reason is printed" },
  run: async (context, { words: [system = "", promql = ""] }) => {
    const { terminal } = context;
    const path = `/api/promql?${new URLSearchParams({ system, query: promql })}`;
    const answer = await planeSession(context).call(path, promqlAnswerSchema);
    const samples = samplesSchema.parse(answer.samples);
    if (terminal.isJson) terminal.printJson(answer);
    else if (answer.trouble !== null) terminal.print(terminal.style("warning", printable(answer.trouble)));
    else if (samples.length === 0) terminal.print("No sample fulfils it.");
    else
      terminal.print(
        formatTable(
          terminal,
          [
            { title: "VALUE", text: ({ value }) => String(value), align: "right" },
            { title: "LABELS", text: ({ labels }) => printable(labelText(labels)) },
          ],
          samples,
        ),
      );
    return answer.trouble === null ? EXIT.ok : EXIT.failed;
  },
});

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(" ");
}
