import { Stack, Text } from "@mantine/core";
import { Loading } from "./awaited.tsx";
import { PageTitle } from "./page-title.tsx";
import { ProblemNotice } from "./problem-notice.tsx";

/** While a page's own code is fetched. */
export function PagePending() {
  return <Loading what="the page" />;
}

/** When a page broke: what happened, instead of nothing. */
export function PageFailed({ error }: { readonly error: unknown }) {
  return <ProblemNotice error={error} />;
}

export function PageNotFound() {
  return (
    <Stack>
      <PageTitle>Nothing here</PageTitle>
      <Text>This address leads to no page. It may have been typed wrongly, or what it named is gone.</Text>
    </Stack>
  );
}

/** For `createRouter`: no address and no failure leaves the page empty. */
export const PAGE_STATES = {
  defaultPendingComponent: PagePending,
  defaultPendingMs: 200,
  defaultErrorComponent: PageFailed,
  defaultNotFoundComponent: PageNotFound,
} as const;
