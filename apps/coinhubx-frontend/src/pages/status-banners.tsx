import type { Banners } from "@assay/coinhubx/api/schema/banners";
import { Notice } from "@assay/page-kit/notice.tsx";
import type { Tone } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { bannersQuery } from "./exchange-api.ts";

const TONES: Readonly<Record<string, Tone>> = {
  "degraded performance": "warning",
  "partial outage": "high",
  "major outage": "critical",
  "under maintenance": "info",
};

/** Trouble and maintenance, in words that people wrote for customers; nothing when there is none to be had. */
export function StatusBanners() {
  const { data: banners = [] } = useQuery(bannersQuery);
  if (banners.length === 0) return null;
  return (
    <Stack gap="xs" mb="md" role="region" aria-label="Notices">
      {banners.map((banner) => (
        <StatusBanner key={banner.id} banner={banner} />
      ))}
    </Stack>
  );
}

function StatusBanner({ banner }: { readonly banner: Banners[number] }) {
  const { state, title, text, kind, starts_at: startsAt, ends_at: endsAt, url } = banner;
  return (
    <Notice tone={TONES[state] ?? "info"} title={title} role="status">
      {text}{" "}
      {kind === "maintenance" && startsAt !== null && endsAt !== null && (
        <>
          <Time at={startsAt} /> to <Time at={endsAt} />.{" "}
        </>
      )}
      <Anchor href={url} underline="always" inherit>
        More on our status page
      </Anchor>
    </Notice>
  );
}
