import type { StepUpProofView } from "@assay/operations/api/schema/step-up";
import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { linkProvider, ownLinkQuery, providerQuery, refusedReturn, unlinkProvider } from "./provider-api.ts";
import { StepUpField } from "./step-up-field.tsx";

/** One's account at the identity provider, where there is one. */
export function ProviderCard() {
  const { data: provider } = useQuery(providerQuery);
  const { data: link, error } = useQuery(ownLinkQuery);
  const [proof, setProof] = useState<StepUpProofView>();
  const queries = useQueryClient();
  const begin = useMutation({ mutationFn: () => linkProvider(proof), onError: () => setProof(undefined) });
  const unlink = useMutation({
    mutationFn: unlinkProvider,
    onSettled: () => queries.invalidateQueries({ queryKey: ["people", "me"] }),
  });
  if (provider == null) return null;
  const refused = refusedReturn(window.location.search);
  return (
    <Card withBorder component="section" aria-labelledby="provider">
      <Stack align="flex-start">
        <Title order={2} size="h4" id="provider">
          Identity provider {provider.name}
        </Title>
        {refused !== undefined && (
          <Notice tone="warning" role="alert" title="Nothing was linked">
            {refused}
          </Notice>
        )}
        <ProblemNotice error={error ?? begin.error ?? unlink.error} />
        {link == null ? (
          <>
            <Text>
              Linked, your account there signs you in here. It must have your e-mail address; signing still asks for
              your second factor.
            </Text>
            <StepUpField key={begin.submittedAt} purpose={{ kind: "act" }} onProof={setProof} />
            <Button disabled={proof === undefined} loading={begin.isPending} onClick={() => begin.mutate()}>
              Link {provider.name}
            </Button>
          </>
        ) : (
          <>
            <Text>
              Linked <Time at={link.linkedAt} />.
            </Text>
            <Button variant="default" loading={unlink.isPending} onClick={() => unlink.mutate()}>
              Unlink
            </Button>
          </>
        )}
      </Stack>
    </Card>
  );
}
