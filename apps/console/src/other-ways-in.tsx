import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Divider, Stack } from "@mantine/core";
import { browserSupportsWebAuthn } from "@simplewebauthn/browser";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { signInByPasskey } from "./passkey-api.ts";
import { providerQuery, refusedReturn, signInAtProvider } from "./provider-api.ts";

/** Signing in without a password: with a passkey, and with the identity provider where there is one. */
export function OtherWaysIn() {
  const queries = useQueryClient();
  const { data: provider } = useQuery(providerQuery);
  const byPasskey = useMutation({ mutationFn: signInByPasskey, onSuccess: () => queries.resetQueries() });
  const atProvider = useMutation({ mutationFn: signInAtProvider });
  const refused = refusedReturn(window.location.search);
  const hasPasskeys = browserSupportsWebAuthn();
  if (!hasPasskeys && provider == null) return null;
  return (
    <Stack gap="sm">
      <Divider label="or" />
      {refused !== undefined && (
        <Notice tone="warning" role="alert" title="You are not signed in">
          {refused}
        </Notice>
      )}
      {hasPasskeys && (
        <Button variant="default" loading={byPasskey.isPending} onClick={() => byPasskey.mutate()}>
          Sign in with a passkey
        </Button>
      )}
      <ProblemNotice error={byPasskey.error} />
      {provider != null && (
        <Button variant="default" loading={atProvider.isPending} onClick={() => atProvider.mutate()}>
          Sign in with {provider.name}
        </Button>
      )}
      <ProblemNotice error={atProvider.error} />
    </Stack>
  );
}
