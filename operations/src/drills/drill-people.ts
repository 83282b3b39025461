import type { Clock } from "@assay/platform/clock/clock";
import { systemClock } from "@assay/platform/clock/clock";
import { type Random, systemRandom } from "@assay/platform/random/random";
import { type HttpReceiver, startHttpReceiver } from "@assay/platform/testing/http-receiver";
import type { SmtpReceiver } from "@assay/platform/testing/smtp-receiver";
import { toHex } from "@assay/primitives/bytes";
import { z } from "zod";
import type { Role } from "../manifest/manifest.ts";
import { callPlane, DrillPerson } from "./drill-person.ts";

/** A running plane and a system, as somebody outside sees them. */
export interface DrillStack {
  readonly planeUrl: string;
  /** Base address of the system whose faults are injected. */
  readonly systemUrl: string;
  /** The one-time code of a plane that nobody has signed in to yet. */
  bootstrapCode(): Promise<string>;
  /** The mail server the plane sends through, when it was started with one of ours. */
  readonly mailbox?: SmtpReceiver;
  /** Faults below the application, which only a supervisor can inject. */
  readonly processFaults?: Readonly<Record<string, ProcessFault>>;
}

export interface ProcessFault {
  readonly alert: string;
  readonly detectWithinMs: number;
  readonly recoverWithinMs: number;
  inject(): Promise<void>;
}

/** Two people and the phones that ring. */
export interface DrillPeople extends AsyncDisposable {
  readonly first: DrillPerson;
  readonly second: DrillPerson;
  readonly phones: { readonly first: HttpReceiver; readonly second: HttpReceiver };
}

const FIRST = { email: "ada@drill.assay.test", name: "Ada" };
const SECOND = { email: "grace@drill.assay.test", name: "Grace" };
const ROLES: readonly Role[] = ["operator", "approver", "compliance"];

/**
 * Bootstraps an empty plane: the first person with the one-time code, the second invited by the first; both reachable.
 * Nobody is on a schedule, so each alert calls both.
 */
export async function createDrillPeople(
  stack: DrillStack,
  { clock = systemClock, random = systemRandom }: { readonly clock?: Clock; readonly random?: Random } = {},
): Promise<DrillPeople> {
  await using stackOfPhones = new AsyncDisposableStack();
  const phones = {
    first: stackOfPhones.use(await startHttpReceiver()),
    second: stackOfPhones.use(await startHttpReceiver()),
  };
  const password = () => toHex(random.bytes(16));
  const first = await bootstrap(stack, clock, password());
  const second = await invite({ stack, clock, by: first, password: password() });
  await reach(first, phones.first.url, stack.mailbox !== undefined);
  await reach(second, phones.second.url, stack.mailbox !== undefined);
  const moved = stackOfPhones.move();
  return { first, second, phones, [Symbol.asyncDispose]: () => moved[Symbol.asyncDispose]() };
}

async function bootstrap(stack: DrillStack, clock: Clock, password: string): Promise<DrillPerson> {
  const body = { ...FIRST, code: await stack.bootstrapCode(), password };
  await callPlane(stack.planeUrl, { method: "POST", path: "/api/bootstrap", body });
  const person = await DrillPerson.signIn(stack.planeUrl, clock, { email: FIRST.email, password });
  await person.enrolSecondFactor();
  return person;
}

async function invite(options: {
  readonly stack: DrillStack;
  readonly clock: Clock;
  readonly by: DrillPerson;
  readonly password: string;
}): Promise<DrillPerson> {
  const { stack, clock, by, password } = options;
  const invited = await by.call(
    { method: "POST", path: "/api/people", body: { ...SECOND, roles: [...ROLES] } },
    z.object({ enrolmentCode: z.string() }),
  );
  const body = { code: invited.enrolmentCode, password };
  await callPlane(stack.planeUrl, { method: "POST", path: "/api/people/enrol", body });
  const person = await DrillPerson.signIn(stack.planeUrl, clock, { email: SECOND.email, password });
  await person.enrolSecondFactor();
  return person;
}

/** The phone first, mail when the phone does not answer. */
async function reach(person: DrillPerson, phoneUrl: string, hasMail: boolean): Promise<void> {
  const { id, email } = person.identity;
  const mail = hasMail ? [{ kind: "email", target: email }] : [];
  const body = { contacts: [{ kind: "webhook", target: phoneUrl }, ...mail] };
  await person.call({ method: "PUT", path: `/api/people/${id}/contacts`, body }, z.unknown());
}
