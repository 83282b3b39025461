import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { EXAMPLE_RUNBOOK, exampleManifest } from "./example-system.ts";
import { type LintReport, lintRunbooks } from "./lint-runbooks.ts";

const COVERAGE = `prefix: KI
count: 3
elsewhere: { KI-2: README }
not-ours: { KI-3: the landlord's door }
`;

interface Input {
  readonly text?: string;
  readonly path?: string;
  readonly coverage?: string;
}

function lint({
  text = EXAMPLE_RUNBOOK,
  path = "runbooks/queue-long.md",
  coverage = COVERAGE,
}: Input = {}): LintReport {
  return lintRunbooks({
    files: [{ path, text }],
    manifest: exampleManifest(),
    routes: [
      { method: "GET", path: "/api/tills/{id}" },
      { method: "POST", path: "/api/tills/:id/close" },
    ],
    coverage: { path: "runbooks/coverage.yaml", text: coverage },
  });
}

/** The example with `from` replaced: what must then be wrong, and on which line. */
function broken(from: string | RegExp, to: string): string {
  const text = EXAMPLE_RUNBOOK.replace(from, to);
  ok(text !== EXAMPLE_RUNBOOK, `the example holds ${from}`);
  return text;
}

test("a runbook that keeps every rule has no problem and is counted", () => {
  const report = lint();
  deepEqual(report.problems, []);
  deepEqual(report.coverage?.covered, ["KI-1"]);
  equal(report.runbooks[0]?.steps.length, 6);
});

const WHO = /```sql \{ name=who[\s\S]*?\n```/;

function promqlStep(query: string): string {
  return `\`\`\`promql { name=who effect=read timeout=2s }\n${query}\n\`\`\``;
}

test("a query that only a Prometheus answers is a warning; one of the plane's own part is fine", () => {
  const beyond = lint({ text: broken(WHO, promqlStep('topk(3, queue_length{till="{{till}}"})')) });
  deepEqual(beyond.problems, []);
  match(beyond.warnings.join(), /queue-long\.md:\d+:1 warning promql-beyond: .*topk\(\)/);
  const own = lint({ text: broken(WHO, promqlStep('sum(queue_length{till="{{till}}"}) > {{till}}')) });
  deepEqual([own.problems, own.warnings], [[], []]);
});

test("on-fail may end the run or lead to a later step", () => {
  for (const value of ["abort", "continue", "goto:restart"])
    deepEqual(lint({ text: broken("retry=3x1s", `on-fail=${value}`) }).problems, []);
});

/** Each rule with an edit that breaks it, and nothing but it. */
const BROKEN: readonly [rule: string, from: string | RegExp, to: string][] = [
  ["front-matter", "version: 2", "version: two"],
  ["front-matter", "severity: P2", "severity: P2\nsecret: yes"],
  ["front-matter", "title: The line is too long", "title: [unclosed"],
  ["parameter", "type: integer, default: 1", "type: integer, default: one"],
  ["alert-exists", "alerts: [kiosk.QUEUE_LONG]", "alerts: [kiosk.QUEUE_LONG, kiosk.NO_CHANGE]"],
  ["fault-exists", "fault: queue.block", "fault: queue.unknown"],
  ["covers-exists", "covers: [KI-1]", "covers: [KI-1, KI-9]"],
  ["info-string", "effect=read timeout=2s retry=3x1s", "effect=read timeout=2s colour=red"],
  ["info-string", "{ name=who effect=read timeout=2s }", "{name=who effect=read timeout=2s}"],
  ["required-attribute", "sql { name=who effect=read timeout=2s }", "sql { name=who effect=read }"],
  ["required-attribute", "sql { name=who effect=read timeout=2s }", "sql { name=who timeout=2s }"],
  ["required-attribute", "sql { name=who effect=read timeout=2s }", "sql { effect=read timeout=2s }"],
  ["attribute", "retry=3x1s", "retry=often"],
  ["attribute", "approval=3", "approval=1"],
  ["attribute", "approval=3", "approval=0"],
  ["attribute", "capture=clerk:$.clerk", "capture=clerk:$.clerk,other"],
  ["unique-name", "name=who", "name=see-line"],
  ["bounds", "name=who effect=read timeout=2s", "name=who effect=read timeout=20m"],
  ["bounds", "within: 1m", "within: 2h"],
  ["bounds", "retry=3x1s", "retry=30x1m"],
  ["retry-read", "name=restart effect=write timeout=30s", "name=restart effect=write timeout=30s retry=2x1s"],
  ["http-grammar", "GET {{kiosk}}", "FETCH {{kiosk}}"],
  ["http-grammar", "?full=1", "?full=1\nAuthorization: Bearer abc"],
  ["http-grammar", "?full=1", '?full=1\n\n{"open": '],
  ["http-address", "GET {{kiosk}}/api", "GET https://kiosk.test/api"],
  ["http-path", "/api/tills/{{till}}", "/api/drawers/{{till}}"],
  ["http-path", "GET {{kiosk}}", "DELETE {{kiosk}}"],
  ["sh-grammar", "assay restart kiosk-worker", "assay restart kiosk-worker | grep ok"],
  ["sh-grammar", "assay restart kiosk-worker", "assay restart kiosk-worker\nassay ps"],
  ["sh-grammar", "assay restart kiosk-worker", "assay restart $SERVICE"],
  ["program", "assay restart kiosk-worker", "rm -rf kiosk-worker"],
  ["program", "assay restart kiosk-worker", "assay approve kiosk-worker"],
  ["program", "name=restart effect=write", "name=restart effect=read"],
  ["unbounded", "assay restart kiosk-worker", "assay restart kiosk-worker --follow"],
  ["sql-read", "select clerk, tills from staff", "delete from staff"],
  ["sql-read", "select clerk, tills from staff", "select 1; select 2 from staff"],
  ["sql-read", "clerk = {{capture.clerk}}", "clerk = '{{capture.clerk}}'"],
  ["sql-read", "name=who effect=read", "name=who effect=write"],
  ["promql", "```sql { name=who", "```promql { name=who"],
  ["action-grammar", "action: kiosk.sales.start\n", "action: kiosk.sales.start\nforce: true\n"],
  ["action-exists", "action: kiosk.sales.start", "action: kiosk.sales.begin"],
  ["action-params", 'till: "{{till}}", reason', 'drawer: "{{till}}", reason'],
  ["action-params", '{ till: "{{till}}" }', "{ till: none }"],
  ["action-effect", "name=stop-sales effect=danger rollback=none", "name=stop-sales effect=write"],
  ["danger-action", "name=restart effect=write", "name=restart effect=danger rollback=none"],
  ["approval-raise", "approval=3", "approval=2"],
  ["danger-caution", /> \[!CAUTION\]\n> Three people.*\n/, ""],
  ["danger-caution", "> Three people. Sales", "> One person. Sales"],
  ["danger-caution", " Undo: step `stop-sales`.", ""],
  ["danger-caution", "Undo: step `stop-sales`.", "Undo: step `something-else`."],
  ["danger-caution", "Sales start at one till, and customers can pay. ", ""],
  ["danger-caution", "Undo: none, because stopping again changes nothing.", "Undo: none."],
  ["rollback", "rollback=stop-sales on-fail=rollback", "rollback=stop-everything on-fail=rollback"],
  ["rollback", "rollback=stop-sales on-fail=rollback", "on-fail=rollback"],
  ["rollback", "rollback=none timeout=10s", "timeout=10s"],
  ["undo-title", "## Undo: stop sales", "## 4b. Stop sales"],
  ["one-block", "## 2. Ask who is there\n", ""],
  ["one-expect", "## 3. Restart the till\n", "```yaml expect\nrows: 1\n```\n\n## 3. Restart the till\n"],
  ["block-place", "Customers wait.", "```sh\nassay ps\n```\n\nCustomers wait."],
  ["block-language", "You should see:", "```text\n200 OK\n```\n\nYou should see:"],
  ["expect-required", "```yaml expect\nexit: 0\n```\n", ""],
  ["expect-grammar", "exit: 0", "exit: 0\nlooks: good"],
  ["expect-grammar", "exit: 0", "exit: { near: 0 }"],
  ["expect-grammar", "rows: { gte: 1 }", "within: soon\nrows: { gte: 1 }"],
  ["expect-grammar", "$.till: param:till", "till: param:till"],
  ["expect-grammar", "kiosk.QUEUE_LONG: resolved }\nmetric", "kiosk.QUEUE_LONG: gone }\nmetric"],
  ["expect-subject", "exit: 0", "status: 200"],
  ["alert-exists", "alert: { kiosk.QUEUE_LONG: resolved }", "alert: { kiosk.QUEUE_SHORT: resolved }"],
  ["metric-exists", "metric: { kiosk.queue:", "metric: { kiosk.unknown:"],
  ["reference", "lte: threshold:kiosk.queue.target", "lte: threshold:kiosk.queue.critical"],
  ["reference", "param:till", "param:drawer"],
  ["reference", '"$[0].clerk": capture:clerk', '"$[0].clerk": capture:manager'],
  ["place", "/api/tills/{{till}}", "/api/tills/{{drawer}}"],
  ["place", "/api/tills/{{till}}", "/api/tills/{{till}"],
  ["place", "capture=clerk:$.clerk", "redact=clerk"],
  ["stray-number", "lte: threshold:kiosk.queue.target", "lte: 10"],
  ["stray-number", "Customers wait.", "Act when queue_length is above 40 people."],
  ["threshold-span", "-->50<!--", "-->60<!--"],
  ["threshold-span", "threshold:kiosk.queue.warning -->", "threshold:kiosk.queue.critical -->"],
  ["threshold-span", "<!-- /threshold -->", ""],
  ["threshold-span", "above <!--", "above\n<!--"],
  ["placeholder", "Customers wait.", "Customers wait at <till>."],
  ["placeholder", "Customers wait.", "Customers wait. TB" + "D."],
  ["placeholder", "Customers wait.", "Customers of YOUR_SHOP wait."],
  ["placeholder", "Customers wait.", "Customers wait at www.example.com."],
  ["placeholder", "Customers wait.", "Customers wait at <Till Number>."],
  ["program", "assay restart kiosk-worker", "tail -f kiosk.log"],
  ["program", "assay restart kiosk-worker", "watch assay ps"],
  ["program", "assay restart kiosk-worker", "top"],
  ["program", "assay restart kiosk-worker", "assay top"],
  ["unbounded", "assay restart kiosk-worker", "assay logs kiosk-worker -f"],
  ["attribute", "retry=3x1s", "retry=0x1s"],
  ["attribute", "retry=3x1s", "on-fail=again"],
  ["attribute", "retry=3x1s", "env=moon"],
  ["attribute", "retry=3x1s", "ci=never"],
  ["goto", "retry=3x1s", "on-fail=goto:nowhere"],
  ["goto", "name=restart effect=write", "name=restart effect=write on-fail=goto:who"],
  ["goto", "retry=3x1s", "on-fail=goto:stop-sales"],
  ["capture-secret", "capture=clerk:$.clerk", "capture=clerk:$.password"],
  ["capture-secret", "capture=clerk:$.clerk", "capture=clerk:$.pin redact=pin"],
  ["promql", WHO, promqlStep("sum(")],
  ["promql", WHO, promqlStep("rate(queue_length)")],
  ["promql", WHO, promqlStep("queue_length").replace("effect=read", "effect=write")],
  ["expect-grammar", "$.till: param:till", "$.till: { matches: '(a)\\1' }"],
  ["parameter", 'pattern: "^[a-z]*$"', 'pattern: "(?=a)b"'],
  ["danger-caution", "> One person. Sales stop", "> Two people. Sales stop"],
  ["manual-grammar", "- [ ] Somebody", "- [x] Somebody"],
  ["manual-grammar", "- [ ] Somebody", "- Somebody"],
];

for (const [rule, from, to] of BROKEN) {
  test(`${rule} is broken by ${JSON.stringify(to.slice(0, 60))}`, () => {
    const found = lint({ text: broken(from, to) }).problems.filter((problem) => problem.includes(`${rule}: `));
    ok(found.length > 0, `${rule} complains, and not only: ${lint({ text: broken(from, to) }).problems.join("\n")}`);
    match(found[0]!, /^runbooks\/queue-long\.md:\d+:\d+ /);
  });
}

test("a problem names the line it stands on", () => {
  const line = EXAMPLE_RUNBOOK.split("\n").findIndex((text) => text.startsWith("exit: 0")) + 2;
  const text = broken("exit: 0", "exit: 0\nlooks: good");
  const [problem = ""] = lint({ text }).problems;
  match(problem, new RegExp(`^runbooks/queue-long.md:${line}:\\d+ expect-grammar: unknown expectation \`looks\``));
});

test("a file is named after its runbook", () => {
  match(lint({ path: "runbooks/line.md" }).problems.join(), /file-name/);
});

test("an alert without a runbook, and a runbook that does not claim its alert, are problems", () => {
  match(
    lintRunbooks({ files: [], manifest: exampleManifest() }).problems.join(),
    /the manifest of kiosk:1:1 alert-claimed: kiosk\.QUEUE_LONG: its runbook `queue-long` does not exist/,
  );
  const text = broken("alerts: [kiosk.QUEUE_LONG]", "alerts: []");
  match(
    lint({ text }).problems.join(),
    /queue-long\.md:1:1 alert-claimed: kiosk\.QUEUE_LONG: `queue-long` does not claim it/,
  );
});

test("a seed line that nothing answers, or two things answer, is a problem", () => {
  match(lint({ coverage: COVERAGE.replace("count: 3", "count: 4") }).problems.join(), /KI-4 is covered by no runbook/);
  match(
    lint({ coverage: COVERAGE.replace("KI-2", "KI-1") }).problems.join(),
    /KI-1 is covered by a runbook; unlist it/,
  );
  match(lint({ coverage: COVERAGE.replace("KI-2:", "KI-3:") }).problems.join(), /KI-3 is listed twice/);
  match(lint({ coverage: "prefix: KI\ncount: none\n" }).problems.join(), /coverage\.yaml:2:\d+ coverage/);
});

test("a step left out of CI is listed with its reason", () => {
  const text = broken("name=restart effect=write", "name=restart effect=write ci=skip:no-supervisor");
  deepEqual(lint({ text }).skippedInCi, ["queue-long/restart: no-supervisor"]);
});
