import type { Locator, Page } from "playwright-core";

const MOST_STOPS = 80;

/** Presses Tab until `target` has the focus. @throws Error when it is not among the page's stops. */
export async function pressUntilFocused(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never reached ${target}`);
}
