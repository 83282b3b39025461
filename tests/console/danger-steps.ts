import type { Locator, Page } from "playwright-core";
import type { Operator } from "./people.ts";

/** Fills in the dialog of a Danger Zone action and sends it. Returns the dialog. */
export async function performAction(operator: Operator, action: string, reason: string): Promise<Locator> {
  const { page, phone } = operator;
  await page.goto("/danger-zone");
  await page.getByRole("article", { name: action }).getByRole("button").click();
  const dialog = page.getByRole("dialog", { name: action });
  await dialog.getByLabel("Reason").fill(reason);
  await dialog.getByLabel("Type coinhubx").fill("coinhubx");
  await dialog.getByLabel("Six-digit code").fill(await phone.nextCode());
  await dialog.getByRole("button", { name: /^(Ask for it|Disable|Enable)/ }).click();
  return dialog;
}

/** The code that the page computed from what it shows of a request. */
export async function shownCode(page: Page): Promise<string> {
  const code = page.getByTestId("approval-code").filter({ hasText: /^[0-9A-Z]{4}-[0-9A-Z]{4}$/ });
  await code.waitFor();
  return code.innerText();
}
