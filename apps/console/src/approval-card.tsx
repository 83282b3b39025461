import type { ApprovalView } from "@assay/operations/api/schema/approvals";
import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark, type Tone } from "@assay/page-kit/state-mark.tsx";
import { Countdown, Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Code, Group, List, Stack, Table, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { approve, cancelApproval, confirmRequest, refuseApproval } from "./approvals-api.ts";
import { useRecomputedDigest } from "./recomputed-digest.ts";
import { useSession } from "./session-api.ts";

export const APPROVAL_TONES: Record<ApprovalView["state"], Tone> = {
  awaiting_requester: "warning",
  pending: "warning",
  approved: "info",
  executed: "good",
  failed: "critical",
  refused: "neutral",
  canceled: "neutral",
  expired: "neutral",
};

/** One request: everything that is signed, who signed, and what this person may do about it. */
export function ApprovalCard({ approval }: { readonly approval: ApprovalView }) {
  const { bound } = approval;
  const recomputed = useRecomputedDigest(bound);
  const honest = recomputed === undefined || recomputed.digest === approval.digest;
  const open = approval.state === "awaiting_requester" || approval.state === "pending";
  return (
    <Card withBorder component="article" aria-label={approval.sentence}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            {approval.sentence}
          </Title>
          <StateMark tone={APPROVAL_TONES[approval.state]} word={approval.state.replaceAll("_", " ")} strong />
        </Group>
        {!honest && (
          <Notice tone="critical" role="alert" title="Do not approve">
            What this page shows is not what the request's digest covers. Tell the security contact.
          </Notice>
        )}
        <Group gap="xl" align="flex-start">
          <div>
            <Text size="sm" c="dimmed">
              Code, the same for everyone who signs
            </Text>
            <Text ff="monospace" fz={28} fw={700} data-testid="approval-code">
              {recomputed?.code ?? "…"}
            </Text>
          </div>
          {open && (
            <div>
              <Text size="sm" c="dimmed">
                Expires
              </Text>
              <Text fz="lg">
                <Countdown until={bound.expiresAt} />
              </Text>
            </div>
          )}
        </Group>
        <Signed approval={approval} />
        <Signatures approval={approval} />
        {approval.outcome !== null && (
          <Text>
            Outcome: <Code>{approval.outcome.code}</Code>
          </Text>
        )}
        {open && honest && recomputed !== undefined && <Decision approval={approval} digest={recomputed.digest} />}
      </Stack>
    </Card>
  );
}

/** All that the digest covers, and the two things people ask first: what else it touches and how it is undone. */
function Signed({ approval }: { readonly approval: ApprovalView }) {
  const { bound } = approval;
  const rows: [string, React.ReactNode][] = [
    ["Action", <Code key="action">{bound.action}</Code>],
    ["Parameters", <Code key="params">{JSON.stringify(bound.params)}</Code>],
    ["Target", `${bound.target} (${bound.environment})`],
    ["Also touches", approval.blastRadius],
    ["Undone by", approval.undo],
    ["Reason", approval.reason],
    ["Asked for by", bound.requester.name],
    [
      "Runbook",
      bound.runbook === null
        ? "none"
        : `${bound.runbook.id}, version ${bound.runbook.version}, step ${bound.step ?? "?"}`,
    ],
    ["Asked at", <Time key="from" at={bound.notBefore} />],
    ["Ends at", <Time key="until" at={bound.expiresAt} />],
  ];
  return (
    <div className="scroll">
      <Table>
        <Table.Tbody>
          {rows.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w={140}>
                {name}
              </Table.Th>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Signatures({ approval }: { readonly approval: ApprovalView }) {
  const missing = approval.policy.people - approval.signatures.length;
  return (
    <div>
      <Text size="sm" c="dimmed">
        {approval.policy.people} people, together {approval.policy.roles.join(" and ")}
      </Text>
      <List size="sm">
        {approval.signatures.map((signature) => (
          <List.Item key={signature.personId}>
            {signature.name} {signature.kind === "request" ? "asked and confirmed" : "approved"},{" "}
            <Time at={signature.at} />
          </List.Item>
        ))}
        {missing > 0 && approval.endedAt === null && (
          <List.Item>{missing === 1 ? "one more person" : `${missing} more people`}</List.Item>
        )}
      </List>
    </div>
  );
}

function Decision({ approval, digest }: { readonly approval: ApprovalView; readonly digest: string }) {
  const session = useSession();
  const mine = session?.person.id === approval.bound.requester.id;
  const signed = approval.signatures.some(({ personId }) => personId === session?.person.id);
  if (signed) {
    return (
      <Group>
        <Text>You have signed. Now it is up to somebody else.</Text>
        {mine && <CancelButton approval={approval} />}
      </Group>
    );
  }
  if (approval.state === "awaiting_requester") {
    return mine ? (
      <SignForm label="Confirm my request" approval={approval} sign={(totp) => confirmRequest(approval.id, totp)} />
    ) : (
      <Text>Waiting until {approval.bound.requester.name} confirms the request.</Text>
    );
  }
  return (
    <Stack>
      <SignForm label="Approve" approval={approval} sign={(totp) => approve(approval.id, { totp, digest })} />
      <RefuseForm approval={approval} />
    </Stack>
  );
}

interface SignFormProps {
  readonly label: string;
  readonly approval: ApprovalView;
  readonly sign: (totp: string) => Promise<unknown>;
}

/** Signing means proving again who one is, and typing the target: there is no button that a stray key can press. */
function SignForm({ label, approval, sign }: SignFormProps) {
  const [totp, setTotp] = useState("");
  const [target, setTarget] = useState("");
  const queries = useQueryClient();
  const mutation = useMutation({ mutationFn: () => sign(totp), onSettled: () => queries.invalidateQueries() });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutation.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-end">
        <TextInput
          label={`Type ${approval.bound.target}`}
          autoComplete="off"
          value={target}
          onChange={(event) => setTarget(event.currentTarget.value.trim())}
        />
        <TextInput
          label="Six-digit code"
          inputMode="numeric"
          autoComplete="one-time-code"
          value={totp}
          onChange={(event) => setTotp(event.currentTarget.value.trim())}
        />
        <Button
          type="submit"
          color="danger"
          disabled={target !== approval.bound.target || totp === ""}
          loading={mutation.isPending}
        >
          {label}
        </Button>
      </Group>
      <ProblemNotice error={mutation.error} />
    </form>
  );
}

function RefuseForm({ approval }: { readonly approval: ApprovalView }) {
  const [reason, setReason] = useState("");
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: () => refuseApproval(approval.id, reason),
    onSettled: () => queries.invalidateQueries(),
  });
  return (
    <Group align="flex-end">
      <Textarea
        label="Why not"
        autosize
        minRows={1}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        style={{ flex: 1 }}
      />
      <Button
        variant="default"
        disabled={reason.trim() === ""}
        loading={mutation.isPending}
        onClick={() => mutation.mutate()}
      >
        Refuse
      </Button>
      <ProblemNotice error={mutation.error} />
    </Group>
  );
}

function CancelButton({ approval }: { readonly approval: ApprovalView }) {
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: () => cancelApproval(approval.id),
    onSettled: () => queries.invalidateQueries(),
  });
  return (
    <>
      <Button variant="default" loading={mutation.isPending} onClick={() => mutation.mutate()}>
        Take it back
      </Button>
      <ProblemNotice error={mutation.error} />
    </>
  );
}
