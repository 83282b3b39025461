import type { Page } from "playwright-core";

export async function fillSignIn(
  page: Page,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel(/^Password/).fill(password);
}

/** Through the menu that carries the person's name, in the console and on the customers' pages. */
export async function signOut(page: Page): Promise<void> {
  await page.getByRole("banner").getByRole("button").last().click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).waitFor({ state: "detached" });
}
