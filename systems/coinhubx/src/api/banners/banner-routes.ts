import { bannersSchema as planeBannersSchema } from "@assay/operations/api/schema/status";
import type { Clock } from "@assay/platform/clock/clock";
import { fetchJson } from "@assay/platform/http/http-client";
import { answer, type Route, route } from "@assay/platform/http/route";
import { SECOND_MS } from "@assay/primitives/instant";
import type { Principal } from "../principal.ts";
import { type Banners, bannersSchema } from "../schema/banners.ts";

export interface BannerRoutesOptions {
  readonly clock: Clock;
  readonly planeUrl: string;
  /** This system's name at the plane. */
  readonly system: string;
}

const FRESH_MS = 10 * SECOND_MS;
const TIMEOUT_MS = 2 * SECOND_MS;
const MOST_BANNERS = 5;

/**
 * GET `/api/banners`: what the plane says to our customers. Kept for ten seconds, so that many customers are one question;
 * without the plane there is no banner and never an error.
 */
export function bannerRoutes({ clock, planeUrl, system }: BannerRoutesOptions): Route<Principal>[] {
  let kept: { readonly at: number; readonly banners: Promise<Banners> } | undefined;
  const banners = (): Promise<Banners> => {
    const now = clock.monotonicMs();
    if (kept === undefined || now - kept.at >= FRESH_MS)
      kept = { at: now, banners: readBanners(`${planeUrl}/api/status/banners?system=${system}`) };
    return kept.banners;
  };
  return [
    route({
      method: "GET",
      path: "/api/banners",
      summary: "What customers must know on every page",
      access: "open",
      replies: { 200: bannersSchema },
      handle: async () => answer(200, { banners: await banners() }),
    }),
  ];
}

async function readBanners(url: string): Promise<Banners> {
  try {
    const { status, body } = await fetchJson(url, { timeoutMs: TIMEOUT_MS });
    if (status !== 200) return [];
    return planeBannersSchema
      .parse(body)
      .banners.filter((banner) => /^https?:\/\//.test(banner.url))
      .slice(0, MOST_BANNERS)
      .map(({ startedAt, endsAt, ...banner }) => ({ ...banner, starts_at: startedAt, ends_at: endsAt }));
  } catch {
    // The plane's own absence is not the customers' trouble, and the plane's own alarm.
    return [];
  }
}
