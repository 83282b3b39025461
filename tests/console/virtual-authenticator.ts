import type { Page } from "playwright-core";

/** Gives the page's browser profile an authenticator that always says yes, with its user verified (WebDriver §WebAuthn). */
export async function addVirtualAuthenticator(
  page: Page,
): Promise<{ setVerified(isVerified: boolean): Promise<void> }> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    setVerified: async (isUserVerified) =>
      void (await session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified })),
  };
}
