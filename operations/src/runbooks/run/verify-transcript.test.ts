import { deepEqual, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { transcriptView } from "../../api/runbooks/views.ts";
import type { TranscriptView } from "../../api/schema/runbooks.ts";
import { startRunFixture } from "./run-fixture.ts";
import { transcriptDigest } from "./transcript-document.ts";
import { type ProvenEntry, verifyTranscript } from "./verify-transcript.ts";

const STEPS = `## 1. See the line
\`\`\`http { name=see-line effect=read timeout=2s }
GET {{kiosk}}/api/tills/{{till}}
\`\`\`
\`\`\`yaml expect
status: 200
json: { $.line: { lte: threshold:kiosk.queue.target } }
\`\`\`
`;

async function exportedRun(line: number): Promise<{ document: TranscriptView; entries: ProvenEntry[] }> {
  await using plane = await startRunFixture(STEPS);
  plane.kiosk.answer("GET /api/tills/1", 200, { line });
  const { id } = await plane.run();
  const detail = await plane.current(id);
  const { system, runbook } = detail.run;
  const text = (await plane.runbooks.catalogue.text(system, runbook.id, runbook.sha256))!.markdown;
  // As it comes back from files.
  const document = JSON.parse(JSON.stringify(transcriptView(detail, text))) as TranscriptView;
  return { document, entries: JSON.parse(JSON.stringify(plane.audit)) as ProvenEntry[] };
}

test("an exported run proves itself with the audit log, and with nothing less", async () => {
  const { document, entries } = await exportedRun(3);
  deepEqual(verifyTranscript(document, entries), []);
  match(
    verifyTranscript(document, []).join("\n"),
    /does not hold the start[\s\S]*see-line, attempt 1: .* does not hold it/,
  );
});

test("a run that did not pass is not made to pass by an export", async () => {
  const { document, entries } = await exportedRun(30);
  match(verifyTranscript(document, entries).join("\n"), /verdict is none yet: it is stopped[\s\S]*see-line: failed/);
});

test("whatever is changed in the file is found, also with a digest that fits again", async () => {
  const { document, entries } = await exportedRun(3);
  const [step] = document.steps;
  ok(step);
  const forged: readonly [Partial<TranscriptView>, RegExp][] = [
    [{ steps: [{ ...step, output: step.output.replace("3", "4") }] }, /output that is kept/],
    [{ steps: [{ ...step, outputSha256: "0".repeat(64), truncated: true }] }, /tells it otherwise/],
    [{ steps: [{ ...step, expectations: step.expectations.slice(1) }] }, /tells it otherwise/],
    [{ steps: [{ ...step, signedBy: { id: "per_x", name: "Somebody" } }] }, /tells it otherwise/],
    [{ text: document.text.replace("2s", "9s") }, /text is not the one that was run/],
    [{ run: { ...document.run, id: "run_other" } }, /does not hold the start/],
  ];
  for (const [change, says] of forged) {
    const changed = { ...document, ...change };
    match(verifyTranscript(changed, entries).join("\n"), /its digest is another/);
    match(verifyTranscript({ ...changed, digest: transcriptDigest(changed) }, entries).join("\n"), says);
  }
});
