import type { StepUpProofView, StepUpPurposeView } from "@assay/operations/api/schema/step-up";
import { CodeField } from "@assay/page-kit/sign-in-fields.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Button, Group, Stack, Text } from "@mantine/core";
import { browserSupportsWebAuthn } from "@simplewebauthn/browser";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { proveByPasskey } from "./passkey-api.ts";
import { useSession } from "./session-api.ts";

export interface StepUpFieldProps {
  /** What the proof is for: a passkey signs for this and nothing else. Give `{ kind: "approval", digest }` to approvers. */
  readonly purpose: StepUpPurposeView;
  /** The proof once it is complete, undefined while it is not. Send it as `stepUp`; it works once. */
  readonly onProof: (proof: StepUpProofView | undefined) => void;
  readonly label?: string;
  readonly autoFocus?: boolean;
}

/**
 * Asks the person to prove that they are there now: the code of their authenticator, or a passkey. After a proof was used,
 * or refused, give the field a new `key`: it begins again.
 */
export function StepUpField({ purpose, onProof, label = "Six-digit code", autoFocus = false }: StepUpFieldProps) {
  const [code, setCode] = useState("");
  const person = useSession()?.person;
  const prove = useMutation({ mutationFn: () => proveByPasskey(purpose), onSuccess: onProof });
  const hasPasskey = (person?.passkeys ?? 0) > 0 && browserSupportsWebAuthn();
  const type = (typed: string) => {
    setCode(typed);
    onProof(/^\d{6}$/.test(typed) ? { totp: typed } : undefined);
  };
  if (prove.isSuccess) return <StateMark tone="good" word="proved with a passkey" />;
  return (
    <Stack gap={4}>
      <Group align="flex-end" gap="sm">
        {(person?.totp ?? true) && <CodeField label={label} value={code} onChange={type} autoFocus={autoFocus} />}
        {hasPasskey && (
          <Button variant="default" loading={prove.isPending} onClick={() => prove.mutate()}>
            Use a passkey
          </Button>
        )}
      </Group>
      {prove.error !== null && (
        <Text size="sm" role="alert">
          {prove.error.message}
        </Text>
      )}
      {person !== undefined && !person.totp && person.passkeys === 0 && (
        <Text size="sm">Set up an authenticator or a passkey on your own page first.</Text>
      )}
    </Stack>
  );
}
