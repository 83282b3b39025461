import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { captureLogger } from "@assay/platform/logging/capture-logger";
import type { Database } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { createEvents } from "../../events/events.ts";
import { createRedactor } from "./redact.ts";
import { ADA, startRunFixture } from "./run-fixture.ts";

/** Secrets as they come out of a system, each in another place. */
const SECRETS = {
  member: "s3cr3t-of-a-member",
  echoed: "s3cr3t-that-is-echoed",
  named: "s3cr3t-by-redact",
  header: "s3cr3t-of-a-header",
  bearer: "s3cr3tBearerToken1234",
  jwt: "eyJhbGciOiJub25l.eyJzM2NyM3QiOjF9x.c2lnbmF0dXJlMTIz",
  url: "s3cr3t-of-an-address",
  body: "a s3cr3t of the request",
  typed: "s3cr3t-in-a-note",
};

const STEPS = `## 1. Leak
\`\`\`http { name=leak effect=write timeout=2s redact=pin }
POST {{kiosk}}/api/tills/{{till}}/close

{ "password": "${SECRETS.body}" }
\`\`\`
\`\`\`yaml expect
status: 202
header: { set-cookie: { exists: true } }
json:
  $.token: { ne: nothing }
  $.deep.pin: { exists: false }
  $.echo: wrong
text: { matches: "never" }
\`\`\`

## 2. Keep
\`\`\`http { name=keep effect=read timeout=2s capture=kept:$.deep.echo redact=pin }
GET {{kiosk}}/api/tills/{{till}}
\`\`\`
\`\`\`yaml expect
status: 200
\`\`\`
`;

const LEAK = {
  token: SECRETS.member,
  echo: `you sent ${SECRETS.echoed}`,
  nested: [{ api_key: SECRETS.echoed }],
  deep: { pin: SECRETS.named, echo: SECRETS.named },
  log: `Authorization: Bearer ${SECRETS.bearer} for ${SECRETS.jwt} at postgres://app:${SECRETS.url}@db/x`,
};

/** Everything the database holds, as text, but the runbooks' own texts: those come from their authors. */
async function dump(database: Database): Promise<string> {
  const tables = await database.query<{ name: string }>(
    sql`select quote_ident(tablename) as name from pg_tables 
        where schemaname = 'public' and tablename <> 'runbook_versions'`,
  );
  const rows = await Promise.all(
    tables.map(({ name }) => database.query({ text: `select t::text as row from ${name} t`, values: [] })),
  );
  ok(rows.flat().length > 5);
  return JSON.stringify(rows);
}

test("no secret is in the database, the log, the audit trail, the events or the transcript", async () => {
  const logged = captureLogger();
  const events = createEvents();
  const seen: unknown[] = [];
  const stop = new AbortController();
  const listening = (async () => {
    for await (const event of events.subscribe(stop.signal)) seen.push(event);
  })();
  await using plane = await startRunFixture(STEPS, { logger: logged.logger, events });
  const headers = { "set-cookie": `session=${SECRETS.header}` };
  plane.kiosk.answers.set("POST /api/tills/1/close", () => ({ status: 202, body: LEAK, headers }));
  plane.kiosk.answers.set("GET /api/tills/1", () => ({ status: 200, body: LEAK }));
  const { id } = await plane.run();
  equal(JSON.parse(plane.kiosk.requests.find(({ method }) => method === "POST")!.body).password, SECRETS.body);
  const note = `we used password: ${SECRETS.typed}`;
  await plane.runbooks.runs.continue(id, { decision: "skip", note, person: ADA });
  await plane.runbooks.tick();
  const { run, steps } = await plane.current(id);
  const kept = steps.at(-1)!;
  deepEqual([kept.step, kept.verdict], ["keep", "inconclusive"]);
  match(kept.reason ?? "", /secret and not captured/);
  deepEqual(run.captures, {});
  await plane.runbooks.runs.abort(id, { reason: note, person: ADA });
  stop.abort();
  await listening;
  const everything = {
    database: await dump(plane.test.database),
    log: JSON.stringify(logged.lines),
    audit: JSON.stringify([plane.audit, plane.timeline]),
    events: JSON.stringify(seen),
    transcript: await plane.runbooks.runs.transcript(id),
  };
  for (const [place, text] of Object.entries(everything))
    for (const [name, secret] of Object.entries(SECRETS))
      equal(text?.includes(secret), false, `the secret ${name} is in the ${place}`);
  match(everything.transcript ?? "", /you sent \\\[redacted\\\]|you sent \[redacted\]/);
});

test("looking for secrets takes no longer than reading, whatever the text", () => {
  const { text } = createRedactor({ names: ["pin"] });
  const started = performance.now();
  for (const piece of ["eyJ-", "a-", "-----BEGIN PRIVATE KEY-----", 'token:"', "bearer ", "x://a:", "password ="])
    text(piece.repeat(260_000 / piece.length));
  ok(performance.now() - started < 20_000);
});
