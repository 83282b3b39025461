import { equal, match } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { freePort } from "@assay/platform/testing/free-port";
import { performAction } from "./danger-steps.ts";
import { browserMissing } from "./open-browser.ts";
import { assertAccessible, checkPage, settle } from "./page-checks.ts";
import { firstOperator, type Operator } from "./people.ts";
import { type Stage, startStage } from "./stage.ts";

const ALERT = "high: KILL_SWITCH_ENGAGED";

const OPTIONS = { skip: browserMissing, timeout: 180_000 };

let stage: Stage;
let ada: Operator;
let nowhere: string;

before(async () => {
  if (browserMissing) return;
  stage = await startStage();
  ada = await firstOperator(stage);
  nowhere = `http://127.0.0.1:${await freePort()}/hook`;
  await callNowhere();
  await performAction(ada, "Disable trading", "to have an alert");
});
after(() => stage?.[Symbol.asyncDispose]());

/** Ada's phone is off. */
async function callNowhere(): Promise<void> {
  const { request } = ada.page;
  const session = (await (await request.get("/api/session")).json()) as { person: { id: string } };
  const contacts = [{ kind: "webhook", target: nowhere }];
  const answer = await request.put(`/api/people/${session.person.id}/contacts`, { data: { contacts } });
  equal(answer.ok(), true, await answer.text());
}

// One alert, in order.
describe("an alert from its page to its silence", OPTIONS, () => {
  test("alerts are found by state, severity and system, and the address holds what is looked for", async () => {
    const { page } = ada;
    await page.goto("/alerts");
    await page.getByRole("article", { name: ALERT }).waitFor();
    await page.getByLabel("Severity").selectOption("info");
    await page.getByText("is pending or firing.").waitFor();
    await page.getByLabel("Severity").selectOption("high");
    await page.getByLabel("System").selectOption("coinhubx");
    await page.getByRole("article", { name: ALERT }).waitFor();
    match(page.url(), /severity=high/);
    await page.getByText("Groups", { exact: true }).click();
    await page.getByRole("heading", { name: /^coinhubx: / }).waitFor();
    await assertAccessible(page, "alerts by group");
  });

  test("somebody takes an alert on with a note and for as long as they say", async () => {
    const { page } = ada;
    await page.goto("/alerts");
    await page
      .getByRole("article", { name: ALERT })
      .getByRole("link", { name: "coinhubx.KILL_SWITCH_ENGAGED" })
      .click();
    await settle(page, "Alert");
    await page.getByLabel("Note").fill("looking at the prices");
    await page.getByLabel("Quiet for").selectOption("1 hour");
    await page.getByRole("button", { name: "Acknowledge" }).click();
    await page.getByText(/^Ada Byron is on it .*: looking at the prices$/).waitFor();
    await page
      .getByRole("group", { name: "Who was told" })
      .getByRole("rowheader", { name: "Ada Byron" })
      .first()
      .waitFor();
    await checkPage(page, new URL(page.url()).pathname, "Alert");
  });

  test("an alert is silenced from its page, says so, and is loud again when the silence is ended", async () => {
    const { page } = ada;
    await page.getByRole("link", { name: "Silence…" }).click();
    await settle(page, "Quiet");
    await page.getByLabel("Reason").fill("a drill");
    await page.getByText("Silences what has system is coinhubx and name is KILL_SWITCH_ENGAGED.").waitFor();
    await page.getByRole("button", { name: "Silence", exact: true }).click();
    const silence = page.getByRole("article", { name: /^Silence: system is coinhubx/ });
    await silence.getByText("It keeps one alert quiet.").waitFor();
    await silence.getByRole("timer").waitFor();
    await page.goto("/alerts");
    await page.getByRole("article", { name: ALERT }).getByRole("link", { name: "see the silence" }).click();
    await silence.getByRole("button", { name: "End it now" }).click();
    await page.getByText("Nothing is silenced.").waitFor();
  });
});

describe("maintenance, channels and what did not arrive", OPTIONS, () => {
  test("maintenance is planned with its end, listed by day, and cancelled", async () => {
    const { page } = ada;
    await page.goto("/quiet");
    await page.getByLabel("What is done").fill("New disks");
    await page.getByLabel("Where").selectOption("coinhubx");
    await page.getByLabel("Lasts").selectOption("2 hours");
    await page.getByRole("button", { name: "Plan it" }).click();
    const window = page.getByRole("article", { name: "Maintenance: New disks" });
    await window.getByText("planned", { exact: true }).waitFor();
    await checkPage(page, "/quiet", "Quiet");
    await window.getByRole("button", { name: "Cancel it" }).click();
    await page.getByText("No maintenance is planned.").waitFor();
  });

  test("a channel says how its test went, and is removed by typing its name", async () => {
    const { page } = ada;
    await page.goto("/channels");
    await page.getByLabel("Name").fill("ops");
    await page.getByLabel("Kind").selectOption("slack");
    await page.getByLabel("Incoming webhook").fill(`${nowhere}/very-secret`);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    const channel = page.getByRole("article", { name: "Channel ops" });
    await channel.getByRole("button", { name: "Send a test" }).click();
    await channel.getByText("TARGET_UNREACHABLE").waitFor();
    equal((await page.content()).includes("very-secret"), false, "the secret is not shown");
    await checkPage(page, "/channels", "Channels");
    await channel.getByRole("button", { name: "Remove… ops" }).click();
    await page.getByLabel("Type ops").fill("ops");
    await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByText("No channel. People are told over their own.").waitFor();
  });

  test("what did not arrive is listed, sent again or put away", async () => {
    const { page } = ada;
    await page.goto("/channels");
    const letters = page.getByRole("group", { name: "What did not arrive" });
    await letters.getByText("TARGET_UNREACHABLE").first().waitFor();
    const { notifications } = (await (await page.request.get("/api/dead-letters")).json()) as {
      notifications: readonly { id: string }[];
    };
    await letters.getByRole("button", { name: "Put away what did not reach Ada Byron" }).first().click();
    const first = notifications[0]!.id;
    await page.waitForFunction(async (id) => !(await (await fetch("/api/dead-letters")).text()).includes(id), first);
  });
});
