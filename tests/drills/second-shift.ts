import type { DrillPeople } from "@assay/operations/drills/drill-people";
import { callPlane, DrillPerson } from "@assay/operations/drills/drill-person";
import { systemClock } from "@assay/platform/clock/clock";
import { startHttpReceiver } from "@assay/platform/testing/http-receiver";
import { z } from "zod";

const PASSWORD = "a password for the second shift";
const ROLES = ["operator", "approver"];

/**
 * Two more people, for drills that ask for many signatures: a code is good once, and a phone shows a new one only each
 * 30 s. Nobody is on a schedule, so from now on each alert calls all four.
 */
export async function startSecondShift(planeUrl: string, { first }: DrillPeople): Promise<DrillPeople> {
  await using receivers = new AsyncDisposableStack();
  const phones = {
    first: receivers.use(await startHttpReceiver()),
    second: receivers.use(await startHttpReceiver()),
  };
  const edsger = await invite(planeUrl, first, { name: "Edsger", phoneUrl: phones.first.url });
  const barbara = await invite(planeUrl, first, { name: "Barbara", phoneUrl: phones.second.url });
  const moved = receivers.move();
  return { first: edsger, second: barbara, phones, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

async function invite(
  planeUrl: string,
  by: DrillPerson,
  { name, phoneUrl }: { readonly name: string; readonly phoneUrl: string },
): Promise<DrillPerson> {
  const email = `${name.toLowerCase()}@drill.assay.test`;
  const asked = { method: "POST", path: "/api/people", body: { email, name, roles: ROLES } } as const;
  const { enrolmentCode: code } = await by.call(asked, z.object({ enrolmentCode: z.string() }));
  await callPlane(planeUrl, { method: "POST", path: "/api/people/enrol", body: { code, password: PASSWORD } });
  const person = await DrillPerson.signIn(planeUrl, systemClock, { email, password: PASSWORD });
  await person.enrolSecondFactor();
  const path = `/api/people/${person.identity.id}/contacts`;
  const contacts = [{ kind: "webhook", target: phoneUrl }];
  await person.call({ method: "PUT", path, body: { contacts } }, z.unknown());
  return person;
}
