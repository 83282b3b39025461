import { answer, type Route, route } from "@assay/platform/http/route";
import { addMs, formatInstant, MINUTE_MS } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import { z } from "zod";
import { subjectOf } from "../../alerts/alert.ts";
import { type PersonPrincipal, type Principal, person, signedIn } from "../../identity/principal.ts";
import type { Escalation } from "../../on-call/escalation.ts";
import { choosePolicy } from "../../on-call/policy-store.ts";
import { acknowledgePageSchema, type CalledPage, calledPageListSchema, calledPageSchema } from "../schema/on-call.ts";
import type { OnCallApi } from "./on-call-api.ts";
import { actorOf } from "./schedule-routes.ts";
import { namerOf } from "./schedule-view.ts";

const paramsSchema = z.strictObject({ id: z.string().max(64) });

export function pageRoutes(api: OnCallApi): readonly Route<Principal>[] {
  return [listPages(api), getPage(api), acknowledgePage(api), postTestPage(api)];
}

async function viewOf({ policies, directory }: OnCallApi, pages: readonly Escalation[]): Promise<CalledPage[]> {
  const name = namerOf(await directory.people());
  const known = await policies.list();
  return pages.map((page) => {
    const { id, subject, system, severity, message, state, round, acknowledgement, nextStepAt } = page;
    const policy = choosePolicy(known, { policy: page.policyId, system, severity });
    const title = policy.steps[page.nextStep]?.title ?? "From the top";
    return {
      ...{ id, subject, system, severity, state, round },
      ...{ title: message.title, text: message.text, url: message.url },
      policy: { id: policy.id, title: policy.title },
      startedAt: formatInstant(page.startedAt),
      told: page.told.people.map(name),
      next: nextStepAt === null ? null : { title, at: formatInstant(nextStepAt) },
      acknowledgement: acknowledgement && {
        by: { ...acknowledgement.by },
        until: formatInstant(acknowledgement.until),
      },
      endedAt: page.endedAt === null ? null : formatInstant(page.endedAt),
    };
  });
}

/** GET `/api/on-call/pages` */
function listPages(api: OnCallApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/on-call/pages",
    summary: "What people are being called for",
    access: person("viewer"),
    replies: { 200: calledPageListSchema },
    handle: async () => answer(200, { pages: await viewOf(api, await api.escalations.current()) }),
  });
}

/** GET `/api/on-call/pages/:id`: what the link in a page opens. */
function getPage(api: OnCallApi): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/on-call/pages/:id",
    summary: "One page: who was told, who is next, who answered",
    access: person("viewer"),
    params: paramsSchema,
    replies: { 200: calledPageSchema },
    handle: async ({ params }) => {
      const page = await api.escalations.find(params.id);
      return page === undefined ? refuse({ code: "NOT_FOUND" }) : answer(200, (await viewOf(api, [page]))[0]!);
    },
  });
}

/** POST `/api/on-call/pages/:id/acknowledge` */
function acknowledgePage(api: OnCallApi): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/on-call/pages/:id/acknowledge",
    summary: "Look after what a page is about: it calls nobody for a while",
    access: person("operator"),
    params: paramsSchema,
    body: acknowledgePageSchema,
    replies: { 200: calledPageSchema },
    refusals: { PAGE_ENDED: 409 },
    handle: async ({ params: { id }, body, principal }) => {
      const page = await api.escalations.find(id);
      if (page === undefined) return refuse({ code: "NOT_FOUND" });
      if (page.state === "ended")
        return refuse({ code: "PAGE_ENDED", detail: "It is over: nobody is called any more." });
      await acknowledge(api, page, { ...body, principal });
      return answer(200, (await viewOf(api, [(await api.escalations.find(id)) ?? page]))[0]!);
    },
  });
}

interface Answer {
  readonly minutes: number;
  readonly note: string;
  readonly principal: PersonPrincipal;
}

/** A page about alerts acknowledges them, one about an incident it and its alerts; any other page is acknowledged itself. */
async function acknowledge(api: OnCallApi, { subject }: Escalation, { minutes, note, principal }: Answer) {
  const { alerts, incidents, database, clock, audit, escalations } = api;
  const person = { id: principal.personId, name: principal.name };
  const incidentId = /^incident\/(.+)$/.exec(subject)?.[1];
  const about = alerts()
    .current()
    .filter((alert) => alert.state === "firing")
    .filter((alert) => (incidentId === undefined ? subjectOf(alert) === subject : alert.incidentId === incidentId));
  for (const { id } of about) await alerts().acknowledge(id, { person, note, forMs: minutes * MINUTE_MS });
  if (incidentId !== undefined)
    await incidents.moveNow(incidentId, { to: "acknowledged", actor: actorOf(principal), note });
  else if (about.length > 0) return;
  await database.transaction(async (tx) => {
    const until = addMs(clock.now(), minutes * MINUTE_MS);
    await escalations.acknowledge(tx, subject, { by: person, until });
    const details = { note, until: formatInstant(until) };
    await audit.append(tx, { actor: actorOf(principal), action: "page.acknowledged", target: subject, details });
  });
}

/** POST `/api/on-call/test-page` */
function postTestPage({ database, clock, audit, delivery, publicUrl }: OnCallApi): Route<Principal> {
  const replySchema = z.strictObject({ paged: z.array(z.strictObject({ person: z.string(), kind: z.string() })) });
  return route({
    method: "POST",
    path: "/api/on-call/test-page",
    summary: "Send oneself a page, to hear what it sounds like",
    access: signedIn,
    replies: { 202: replySchema },
    refusals: { NO_CHANNEL: 422 },
    handle: async ({ principal }) => {
      const { personId, name } = principal;
      const now = formatInstant(clock.now());
      const text = `${name} asked for this page, to see that it arrives. Nothing is to be done.`;
      const message = { type: "page.test", title: "[test] A page of yours", text, url: `${publicUrl}/me`, at: now };
      const paged = await database.transaction(async (tx) => {
        const sent = await delivery.page(tx, {
          subject: `test/${personId}`,
          to: [personId],
          message: { ...message, data: {} },
        });
        await audit.append(tx, { actor: actorOf(principal), action: "page.tested", target: personId, details: {} });
        return sent;
      });
      if (paged.length === 0) return refuse({ code: "NO_CHANNEL", detail: "You have no way to be reached yet." });
      return answer(202, { paged: paged.map(({ person, kind }) => ({ person, kind })) });
    },
  });
}
