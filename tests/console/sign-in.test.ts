import { equal, match } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { Authenticator } from "./authenticator.ts";
import { pressUntilFocused } from "./keyboard-steps.ts";
import { browserMissing } from "./open-browser.ts";
import { newPassword } from "./people.ts";
import { fillSignIn, signOut } from "./sign-in-steps.ts";
import { type Stage, startStage } from "./stage.ts";

const EMAIL = "ada@assay.test";

// One person's first day, in order: each test goes on where the one before it stopped.
describe("signing in to the console", { skip: browserMissing, timeout: 400_000 }, () => {
  let stage: Stage;
  let page: Page;
  let phone: Authenticator;
  const password = newPassword();

  before(async () => {
    stage = await startStage();
    page = await stage.openConsole();
  });
  after(() => stage?.[Symbol.asyncDispose]());

  test("the one-time code of the first start makes the first person and is then used up", async () => {
    const code = stage.stack.bootstrapCode() ?? "";
    await page.goto("/");
    await beginWith(page, code, password);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.getByText("Set up your second factor").waitFor();
    const second = await stage.openConsole();
    await second.goto("/");
    await beginWith(second, code, newPassword());
    await second.getByRole("alert").waitFor();
    equal(await second.getByRole("heading", { name: "Overview" }).count(), 0);
    await second.context().close();
  });

  test("a second factor is set up with the key that the page shows", async () => {
    await page.getByRole("link", { name: "Set it up" }).click();
    await page.getByRole("button", { name: "Set it up" }).click();
    await page.getByRole("img", { name: "QR code of the authenticator key" }).waitFor();
    phone = new Authenticator(await page.getByTestId("totp-secret").innerText());
    await page.getByLabel("Six-digit code").fill(await phone.nextCode());
    await page.getByRole("button", { name: "Turn it on" }).click();
    await page.getByText("Signing and approving ask for its code each time.").waitFor();
    await page.getByText("Set up your second factor").waitFor({ state: "detached" });
  });

  test("after signing out a deep link asks to sign in, and leads on when that is done by keyboard alone", async () => {
    await signOut(page);
    await page.goto("/audit");
    await page.getByRole("tab", { name: "Sign in" }).waitFor();
    equal(await page.title(), "Sign in · Assay");
    await pressUntilFocused(page, page.getByLabel("E-mail"));
    await page.keyboard.type(EMAIL);
    await page.keyboard.press("Tab");
    await page.keyboard.type(password);
    await page.keyboard.press("Enter");
    await page.getByText("Now the code that your authenticator shows.").waitFor();
    await pressUntilFocused(page, page.getByLabel("Six-digit code"));
    await page.keyboard.type(await phone.nextCode());
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Audit" }).waitFor();
    equal(await page.title(), "Audit · Assay");
  });

  test("a wrong password is refused, a right one asks for the code, and neither shows anything", async () => {
    await signOut(page);
    await page.goto("/people");
    await fillSignIn(page, { email: EMAIL, password: newPassword() });
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    match(await page.getByRole("alert").innerText(), /BAD_CREDENTIALS/);
    await fillSignIn(page, { email: EMAIL, password });
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByLabel("Six-digit code").waitFor();
    equal(await page.getByRole("heading", { name: "People" }).count(), 0);
  });
});

async function beginWith(page: Page, code: string, password: string): Promise<void> {
  await page.getByRole("tab", { name: "First start" }).click();
  await page.getByLabel("One-time code").fill(code);
  await page.getByLabel("Your name").fill("Ada Byron");
  await page.getByLabel("E-mail").fill(EMAIL);
  await page.getByLabel("New password").fill(password);
  await page.getByRole("button", { name: "Begin" }).click();
}
