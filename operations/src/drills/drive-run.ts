import type { Clock } from "@assay/platform/clock/clock";
import { sha256Hex } from "@assay/primitives/hash";
import { approvalSchema } from "../api/schema/approvals.ts";
import { type RunDetailView, runDetailSchema, runSchema } from "../api/schema/runbooks.ts";
import { approvalBytes } from "../approvals/approval-digest.ts";
import { DrillError } from "./drill-error.ts";
import type { DrillPeople } from "./drill-people.ts";

export interface DriveOptions {
  readonly people: DrillPeople;
  readonly clock: Clock;
  readonly limitMs: number;
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const EVERY_MS = 200;
const PAGE_LIMIT_MS = 30_000;

/**
 * Two people bring a run to its end: the first signs lists and confirms what they asked for, the second agrees after
 * computing the digest from what was shown. @throws DrillError when the run stops or outlives the limit.
 */
export async function driveRun(runId: string, options: DriveOptions): Promise<RunDetailView> {
  const { people, clock, limitMs, signal } = options;
  const deadline = clock.monotonicMs() + limitMs;
  for (;;) {
    const detail = await people.first.call({ path: `/api/runs/${runId}` }, runDetailSchema);
    const { state, reason } = detail.run;
    if (state === "finished") return detail;
    if (state === "stopped" || state === "aborted")
      throw new DrillError(await story(detail, options, `${state}: ${reason}`));
    if (clock.monotonicMs() >= deadline)
      throw new DrillError(await story(detail, options, `not finished within ${limitMs} ms`));
    if (state === "waiting_for_person") await sign(detail, options);
    else if (state === "waiting_for_approval") await agree(detail, options);
    await clock.sleep(EVERY_MS, signal === undefined ? {} : { signal });
  }
}

/** The whole transcript, since a drill that fails is read by somebody who was not there. */
async function story({ run }: RunDetailView, { people }: DriveOptions, what: string): Promise<string> {
  const transcript = await people.first.text({ path: `/api/runs/${run.id}/transcript` });
  return `run ${run.id} of ${run.runbook.id} ${what}\n\n${transcript}`;
}

async function sign({ run, plan }: RunDetailView, { people, report }: DriveOptions): Promise<void> {
  const step = plan.find(({ name }) => name === run.cursor);
  if (step === undefined) throw new DrillError(`the run stands at ${run.cursor}, which its plan does not have`);
  const items = step.items.map(({ noteRequired }) => ({
    done: true,
    ...(noteRequired ? { note: "seen in the drill" } : {}),
  }));
  const totp = step.kind === "manual" ? {} : { totp: await people.first.code() };
  report(`${people.first.identity.name} signs "${step.title}"`);
  const path = `/api/runs/${run.id}/steps/${step.name}/sign`;
  await people.first.call({ method: "POST", path, body: { items, ...totp } }, runSchema);
}

async function agree({ run, steps }: RunDetailView, { people, report }: DriveOptions): Promise<void> {
  const { first, second } = people;
  const id = steps.find(({ step, state }) => step === run.cursor && state === "waiting_for_approval")?.approvalId;
  if (id == null) return;
  const path = `/api/approvals/${id}`;
  const shown = await second.call({ path }, approvalSchema);
  if (shown.state === "awaiting_requester") {
    report(`${first.identity.name} confirms: ${shown.sentence} (${shown.code})`);
    await first.call({ method: "POST", path: `${path}/confirm`, body: { totp: await first.code() } }, approvalSchema);
  } else if (shown.state === "pending") {
    // The second person learns of it from a phone, not from us.
    const rings = people.phones.second.waitForRequest(({ json }) => JSON.stringify(json)?.includes(id), PAGE_LIMIT_MS);
    if ((await rings.catch(() => undefined)) === undefined)
      throw new DrillError(
        `${second.identity.name}'s phone did not ring for approval ${id} within ${PAGE_LIMIT_MS} ms`,
      );
    const digest = sha256Hex(approvalBytes(shown.bound));
    if (digest !== shown.digest) throw new DrillError(`the digest of ${id} is not that of what it shows`);
    report(`${second.identity.name} agrees: ${shown.sentence} (${shown.code})`);
    const body = { totp: await second.code(), digest };
    await second.call({ method: "POST", path: `${path}/approve`, body }, approvalSchema);
  }
}
