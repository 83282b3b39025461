import { equal } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { shownCode } from "./danger-steps.ts";
import { browserMissing } from "./open-browser.ts";
import { checkPage } from "./page-checks.ts";
import { colleague, firstOperator, type Operator, post } from "./people.ts";
import { type Stage, startStage } from "./stage.ts";

const REBUILD = "coinhubx.ledger.rebuild_balance";

interface Served {
  readonly bound: { readonly params: object };
  readonly description: object;
}

/** What a server that lies would answer. */
const LIES: Record<string, (approval: Served) => object> = {
  parameters: ({ bound, ...rest }) => ({ ...rest, bound: { ...bound, params: { ...bound.params, uses: 9 } } }),
  "words of the action": ({ description, ...rest }) => ({
    ...rest,
    description: { ...description, blastRadius: "Nothing at all." },
  }),
  "a sentence": (approval) => ({ ...approval, sentence: "Look at a harmless report" }),
};

/** One action agreed to beforehand, one stop by one person alone: what the others see of it, from beginning to end. */
describe("agreeing and acting alone", { skip: browserMissing, timeout: 400_000 }, () => {
  let stage: Stage;
  let ada: Operator;
  let grace: Operator;
  let approvalId: string;

  before(async () => {
    stage = await startStage();
    ada = await firstOperator(stage);
    grace = await colleague(stage, ada);
    approvalId = await askBeforehand(grace);
  });
  after(() => stage?.[Symbol.asyncDispose]());

  test("a page that shows something else than what is signed is a red stop, and nothing can be signed there", async () => {
    const { page } = ada;
    for (const [what, lie] of Object.entries(LIES)) {
      await page.route(`**/api/approvals/${approvalId}`, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, json: lie(await response.json()) });
      });
      await page.goto(`/approvals/${approvalId}`);
      await page.getByRole("alert").getByText("Stop: do not approve").waitFor();
      equal(await page.getByRole("button", { name: "Approve" }).count(), 0, what);
      await page.unroute(`**/api/approvals/${approvalId}`);
    }
  });

  test("the honest one shows all that is hashed and the code of the other side, and its approval stands", async () => {
    await grace.page.goto(`/approvals/${approvalId}`);
    const { page, phone } = ada;
    await page.goto(`/approvals/${approvalId}`);
    equal(await shownCode(page), await shownCode(grace.page));
    for (const shown of ["each night after the batch", REBUILD, "rebuild-balance", "Nonce", "Description"]) {
      await page.getByRole("article").getByText(shown).first().waitFor();
    }
    await page.getByRole("timer").first().waitFor();
    await page.getByLabel("Type operations").fill("operations");
    await page.getByLabel("Six-digit code").fill(await phone.nextCode());
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByText("executed", { exact: true }).waitFor();
    await grace.page.getByText(`Standing approval for ${REBUILD}`).waitFor();
  });

  test("who must agree is shown with its reasons, and what stands is revoked by one", async () => {
    const { page } = ada;
    await checkPage(page, "/approvals", "Approvals");
    const policy = page.getByRole("group", { name: "Policy" });
    const row = policy.getByRole("row").filter({ hasText: "coinhubx.trading.enable" });
    await row.getByText("never").waitFor();
    await row.getByText("default for start and danger: 2 people").waitFor();
    const standing = page.getByRole("article", { name: `Standing approval for ${REBUILD}` });
    await standing.getByLabel("Why it ends").fill("not any more");
    await standing.getByRole("button", { name: "Revoke" }).click();
    await standing.getByText("Revoked by Ada Byron").waitFor();
    await grace.page.getByText(`Standing approval for ${REBUILD}`).waitFor({ state: "detached" });
  });

  test("one person breaks the glass, everybody sees it on every page, and somebody else reviews it", async () => {
    const { page, phone } = grace;
    await page.goto("/danger-zone");
    const position = page.getByRole("group", { name: "Switch Withdrawals of coinhubx" });
    await position.getByText("not engaged", { exact: true }).waitFor();
    await breakGlass(page, { what: "Disable withdrawals", reason: "coins are leaving", code: await phone.nextCode() });
    await position.getByText("engaged", { exact: true }).waitFor();
    await page.getByText("Somebody else reviews it.").waitFor();
    await ada.page.goto("/");
    const banner = ada.page.getByText("Break-glass, not reviewed:");
    await banner.waitFor();
    await checkPage(ada.page, "/danger-zone", "Danger Zone");
    await ada.page.getByLabel("What you found").fill("Coins were leaving.");
    await ada.page.getByRole("button", { name: "Reviewed" }).click();
    await banner.waitFor({ state: "detached" });
  });

  test("the log is searched, compared with an earlier root, and exported as it was searched", async () => {
    await checkPage(ada.page, "/audit", "Audit");
    await searchAndCompare(ada.page);
  });
});

/** Asks for an agreement beforehand, once the plane knows the exchange's actions. */
async function askBeforehand({ page, phone }: Operator): Promise<string> {
  await page.goto("/danger-zone");
  await page.getByRole("article", { name: "Disable trading" }).waitFor();
  const { approval_id } = await post<{ approval_id: string }>(page, "/api/actions", {
    action: "operations.standing_approval.create",
    params: {
      ...{ action: REBUILD, environment: "local", runbook: "rebuild-balance", runbook_sha256: "ab".repeat(32) },
      ...{ constraints: { account: { maxLength: 40 } }, days: 7, uses: 2 },
    },
    reason: "each night after the batch",
    totp: await phone.nextCode(),
  });
  return approval_id;
}

async function searchAndCompare(page: Page): Promise<void> {
  await page.getByLabel("Action begins with").fill("break_glass");
  const entries = page.getByRole("group", { name: "Entries" });
  await entries.getByRole("row").filter({ hasText: "break_glass.reviewed" }).waitFor();
  await entries.getByRole("row").filter({ hasText: "session.opened" }).first().waitFor({ state: "detached" });
  const link = page.getByRole("link", { name: "Export these with proofs" });
  equal(await link.getAttribute("href"), "/api/audit/export?action=break_glass");
  await page.getByLabel("Entries then").fill("2");
  await page.getByLabel("Root then").fill("00".repeat(32));
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByText("The log was another one then").waitFor();
  await page.getByLabel("Root then").fill("");
  await page.getByText("The log begins with it").waitFor();
}

async function breakGlass(
  page: Page,
  { what, reason, code }: { readonly what: string; readonly reason: string; readonly code: string },
): Promise<void> {
  await page.getByLabel("What to stop").selectOption({ label: `${what} (coinhubx)` });
  await page.getByRole("button", { name: "Break the glass…" }).click();
  const dialog = page.getByRole("dialog", { name: `Break-glass: ${what}` });
  await dialog.getByText("You do this alone").waitFor();
  await dialog.getByLabel("Reason").fill(reason);
  await dialog.getByLabel("Type coinhubx").fill("coinhubx");
  await dialog.getByLabel("Six-digit code").fill(code);
  await dialog.getByRole("button", { name: what }).click();
  await dialog.getByRole("status").getByText("Done", { exact: true }).waitFor();
  await page.keyboard.press("Escape");
}
