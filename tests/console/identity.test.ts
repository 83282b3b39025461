import { equal, match } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { ADA, type IdentityStage, startIdentityStage } from "./identity-stage.ts";
import { pressUntilFocused } from "./keyboard-steps.ts";
import { browserMissing } from "./open-browser.ts";
import { checkPage } from "./page-checks.ts";
import { colleague, firstOperator, type Operator, post } from "./people.ts";
import { signOut } from "./sign-in-steps.ts";
import { addVirtualAuthenticator } from "./virtual-authenticator.ts";

// One person's ways in, in order: each test goes on where the one before it stopped.
describe("who somebody is, at the console", { skip: browserMissing, timeout: 400_000 }, () => {
  let stage: IdentityStage;
  let ada: Operator;
  let page: Page;

  before(async () => {
    stage = await startIdentityStage();
    ada = await firstOperator(stage);
    page = ada.page;
  });
  after(() => stage?.[Symbol.asyncDispose]());

  test("a passkey is registered with a name, after the code that proves who adds it", async () => {
    await addVirtualAuthenticator(page);
    await page.goto("/me");
    const card = page.getByRole("region", { name: "Passkeys" });
    await card.getByLabel("Name of a new passkey").fill("My laptop");
    equal(await card.getByRole("button", { name: "Add a passkey" }).isDisabled(), true);
    await card.getByLabel("Six-digit code").fill(await ada.phone.nextCode());
    await card.getByRole("button", { name: "Add a passkey" }).click();
    await card.getByRole("rowheader", { name: /My laptop/ }).waitFor();
  });

  test("it signs in by keyboard alone, without a password", async () => {
    await signOut(page);
    await page.goto("/people");
    await pressUntilFocused(page, page.getByRole("button", { name: "Sign in with a passkey" }));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "People" }).waitFor();
  });

  test("it proves presence where a code would, and a key of a machine is shown once", async () => {
    const keys = page.getByRole("region", { name: "API keys of machines" });
    await makeKey(keys, "alertmanager");
    match(await keys.getByRole("status").innerText(), /assaykey_/);
    await keys.getByRole("button", { name: "Revoke alertmanager" }).click();
    await keys.getByText("revoked").waitFor();
  });

  test("people say what ends before somebody is removed, and the last admin stays", async () => {
    await page.getByRole("button", { name: "Remove… Ada Byron" }).click();
    const dialog = page.getByRole("dialog", { name: "Remove Ada Byron" });
    await dialog.getByText(/Passkeys that sign no more: 1/).waitFor();
    await dialog.getByLabel(`Type ${ada.email}`).fill(ada.email);
    await provePresence(dialog);
    await dialog.getByRole("button", { name: "Remove", exact: true }).click();
    await dialog.getByRole("alert").filter({ hasText: "LAST_ADMIN" }).waitFor();
    await page.keyboard.press("Escape");
  });

  test("two people let somebody in, and the second signs exactly that with a passkey", async () => {
    await approveByPasskey(page, await askForEdsger(await colleague(stage, ada)));
    await page.goto("/people");
    await page.getByRole("button", { name: "New code… Edsger" }).waitFor();
  });

  test("another session is seen, and ended from here at once", async () => {
    const other = await stage.openConsole();
    const totp = await ada.phone.nextCode();
    await post(other, "/api/session", { email: ada.email, password: ada.password, totp });
    await other.goto("/");
    await other.getByRole("heading", { name: "Overview" }).waitFor();
    await page.goto("/me");
    const sessions = page.getByRole("region", { name: "Sessions" });
    await sessions
      .getByText(/ on Linux at /)
      .nth(1)
      .waitFor();
    await sessions.getByRole("button", { name: "End all others" }).click();
    await sessions
      .getByText(/ on Linux at /)
      .nth(1)
      .waitFor({ state: "detached" });
    equal((await other.request.get("/api/people")).status(), 401);
    await other.context().close();
  });

  test("the account at the identity provider is linked from the own page, and then signs in", async () => {
    await linkProvider(page);
    await signOut(page);
    await page.getByRole("button", { name: "Sign in with 127.0.0.1" }).click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
  });

  test("the pages are for everybody: the own one, and signing in", async () => {
    await checkPage(page, "/me", "Ada Byron");
    await signOut(page);
    await checkPage(page, "/?refused=PROVIDER_NOT_LINKED", "Assay");
  });
});

async function provePresence(scope: Locator): Promise<void> {
  await scope.getByRole("button", { name: "Use a passkey" }).click();
  await scope.getByText("proved with a passkey").waitFor();
}

async function makeKey(keys: Locator, name: string): Promise<void> {
  await keys.getByLabel("Name of the machine").fill(name);
  await keys.getByLabel("alerts:write").check();
  await provePresence(keys);
  await keys.getByRole("button", { name: "Make a key" }).click();
}

async function askForEdsger({ page, phone }: Operator): Promise<string> {
  const params = { email: "edsger@assay.test", name: "Edsger", roles: "operator" };
  const body = { action: "operations.person.add", params, reason: "joins the night shift" };
  return (await post<{ approval_id: string }>(page, "/api/actions", { ...body, totp: await phone.nextCode() }))
    .approval_id;
}

async function approveByPasskey(page: Page, approvalId: string): Promise<void> {
  await page.goto(`/approvals/${approvalId}`);
  await page.getByLabel("Type operations").fill("operations");
  await provePresence(page.getByRole("article"));
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByText("executed", { exact: true }).waitFor();
}

/** The provider is called by its host; its own page asks who somebody is. */
async function linkProvider(page: Page): Promise<void> {
  const card = page.getByRole("region", { name: "127.0.0.1" });
  await provePresence(card);
  await card.getByRole("button", { name: "Link 127.0.0.1" }).click();
  await page.getByRole("button", { name: ADA.email }).click();
  await card.getByRole("button", { name: "Unlink" }).waitFor();
}
