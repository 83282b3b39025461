import type { StepUpProofView } from "@assay/operations/api/schema/step-up";
import { AuthenticatorForm } from "@assay/page-kit/authenticator-form.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Button, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { renderSVG } from "uqr";
import { confirmTotp, type Session, startTotp } from "./session-api.ts";
import { StepUpField } from "./step-up-field.tsx";

/** The authenticator of whoever is signed in. */
export function SecondFactorCard({ person }: { readonly person: Session["person"] }) {
  return (
    <Card withBorder component="section" aria-labelledby="totp">
      <Stack>
        <Group justify="space-between">
          <Title order={2} size="h4" id="totp">
            Authenticator
          </Title>
          <FactorState person={person} />
        </Group>
        {person.totp && <Text>Signing and approving ask for its code each time.</Text>}
        <Setup person={person} />
      </Stack>
    </Card>
  );
}

function FactorState({ person }: { readonly person: Session["person"] }) {
  if (person.totp) return <StateMark tone="good" word="set up" />;
  return person.passkeys > 0 ? (
    <StateMark tone="neutral" word="not set up" />
  ) : (
    <StateMark tone="warning" word="missing" />
  );
}

function Setup({ person }: { readonly person: Session["person"] }) {
  const queries = useQueryClient();
  const [proof, setProof] = useState<StepUpProofView>();
  const setup = useMutation({ mutationFn: () => startTotp(proof), onSettled: () => setProof(undefined) });
  const confirm = useMutation({
    mutationFn: confirmTotp,
    onSuccess: async () => {
      setup.reset();
      await queries.invalidateQueries({ queryKey: ["session"] });
    },
  });
  const hasFactor = person.totp || person.passkeys > 0;
  const [wants, setWants] = useState(false);
  const isProving = hasFactor && wants;
  if (setup.data !== undefined) {
    return (
      <AuthenticatorForm
        qrCode={renderSVG(setup.data.uri, { border: 2 })}
        secret={setup.data.secret}
        onCode={confirm.mutate}
        error={confirm.error}
        isPending={confirm.isPending}
      />
    );
  }
  return (
    <>
      {!hasFactor && (
        <Notice tone="warning" title="Without an authenticator or a passkey you can look, but sign nothing" />
      )}
      {hasFactor && !person.totp && (
        <Text>Your passkey is enough in a browser. The command line asks for an authenticator's code.</Text>
      )}
      {isProving && <StepUpField key={setup.submittedAt} purpose={{ kind: "act" }} onProof={setProof} />}
      <ProblemNotice error={setup.error} />
      <Button
        w="fit-content"
        variant={person.totp ? "default" : "filled"}
        disabled={isProving && proof === undefined}
        loading={setup.isPending}
        onClick={() => (hasFactor && !wants ? setWants(true) : setup.mutate())}
      >
        {person.totp ? "Replace it" : "Set it up"}
      </Button>
    </>
  );
}
