import { deepEqual, equal, match } from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

const SMALL = { width: 360, height: 740 };
const LARGE = { width: 1280, height: 900 };

/** Runs in the page, once: looking again and again would need a page that lets strings run as code. */
const TRANSITIONS_OVER = `Promise.allSettled(
  document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished),
)`;

/** No violation of WCAG 2.2 A and AA or of good practice that axe finds, in light and in dark colours. */
export async function assertAccessible(page: Page, path: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // Half-changed colours are nobody's.
    await page.evaluate(TRANSITIONS_OVER);
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
    deepEqual(found, [], `${path} in ${colorScheme} colours`);
  }
  await page.emulateMedia({ colorScheme: null });
}

/** Runs in the page: what reaches beyond the screen, for whoever must mend it. */
const WIDE_ELEMENTS = `[...document.querySelectorAll("body *")]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest(".scroll"))
  .map((element) => element.outerHTML.slice(0, 120)).slice(0, 8).join(" ")`;

/** On a small screen nothing makes the page itself scroll sideways; wide tables scroll in their own place. */
export async function assertFitsSmallScreen(page: Page, path: string): Promise<void> {
  await page.setViewportSize(SMALL);
  // The frame folds its menu away with a short movement.
  await page.waitForFunction(`document.documentElement.scrollWidth <= ${SMALL.width}`).catch(() => undefined);
  const width = await page.locator("html").evaluate((root) => root.scrollWidth);
  const wide = width > SMALL.width ? await page.evaluate(WIDE_ELEMENTS) : "";
  await page.setViewportSize(LARGE);
  equal(width, SMALL.width, `${path} is ${width} pixels wide on a screen of ${SMALL.width}: ${wide}`);
}

/** Waits until a page shows its heading and nothing that still loads. */
export async function settle(page: Page, heading: string | RegExp): Promise<void> {
  await page.getByRole("heading", { level: 1, name: heading }).waitFor();
  await page
    .getByText(/^Loading .* …$/)
    .first()
    .waitFor({ state: "detached" });
}

/** Opens a page and holds it to all that holds for every page. */
export async function checkPage(page: Page, path: string, heading: string | RegExp): Promise<void> {
  await page.goto(path);
  await settle(page, heading);
  match(await page.title(), / · (Assay|CoinHubX)$/);
  await assertAccessible(page, path);
  await assertFitsSmallScreen(page, path);
}
