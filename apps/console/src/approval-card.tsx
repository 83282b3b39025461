import type { ApprovalView } from "@assay/operations/api/schema/approvals";
import type { StepUpProofView } from "@assay/operations/api/schema/step-up";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark, type Tone } from "@assay/page-kit/state-mark.tsx";
import { Countdown, formatDuration, Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Code, Group, List, Stack, Table, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { approve, cancelApproval, confirmRequest, refuseApproval } from "./approvals-api.ts";
import { assayCommand } from "./command-line.ts";
import { type Shown, shownOf, useRecomputedDigest } from "./recomputed-digest.ts";
import { useSession } from "./session-api.ts";
import { StepUpField } from "./step-up-field.tsx";

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
  const shown = shownOf(approval);
  const recomputed = useRecomputedDigest(approval);
  const honest = recomputed?.isHonest ?? true;
  const open = approval.state === "awaiting_requester" || approval.state === "pending";
  return (
    <Card withBorder component="article" aria-label={shown.sentence}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            {shown.sentence}
          </Title>
          <StateMark tone={APPROVAL_TONES[approval.state]} word={approval.state.replaceAll("_", " ")} strong />
        </Group>
        {!honest && (
          <Notice tone="critical" role="alert" title="Stop: do not approve">
            What this page shows is not what the server asks you to sign. Nothing can be signed here. Tell the others
            and whoever looks after security, by another way than this console.
          </Notice>
        )}
        <Group gap="xl" align="flex-start">
          <div>
            <Text size="sm" c="dimmed">
              Code, computed here; the same for everyone who signs
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
                <Countdown until={shown.bound.expiresAt} />
              </Text>
            </div>
          )}
        </Group>
        {open && approval.told.at !== null && (
          <Text size="sm">
            Whoever could sign was told {approval.told.times === 1 ? "once" : `${approval.told.times} times`}, last{" "}
            <Time at={approval.told.at} />, and is told again each {formatDuration(approval.told.againMs)}.
          </Text>
        )}
        <Signed shown={shown} reason={approval.reason} />
        <Signatures approval={approval} />
        {approval.outcome !== null && (
          <Text>
            Outcome: <Code>{approval.outcome.code}</Code>
          </Text>
        )}
        {open && (
          <div>
            <Text c="dimmed" mb={4}>
              The same from a terminal:
            </Text>
            <CopyCommand command={assayCommand("approve", approval.id, "--code", recomputed?.code ?? "…")} />
          </div>
        )}
        {open && honest && recomputed !== undefined && <Decision approval={approval} digest={recomputed.digest} />}
      </Stack>
    </Card>
  );
}

/** All that the digest covers, the first things that people ask before the rest. */
function Signed({ shown, reason }: { readonly shown: Shown; readonly reason: string }) {
  const { bound } = shown;
  const rows: [string, React.ReactNode][] = [
    ["Action", <Code key="action">{bound.action}</Code>],
    ["Parameters", <Code key="params">{JSON.stringify(bound.params)}</Code>],
    ["Target", `${bound.target} (${bound.environment})`],
    ["Also touches", shown.blastRadius],
    ["Undone by", shown.undo],
    ["Reason", reason],
    ["Asked for by", `${bound.requester.name} (${bound.requester.id})`],
    [
      "Runbook",
      bound.runbook === null
        ? "none"
        : `${bound.runbook.id}, version ${bound.runbook.version} (${bound.runbook.sha256}), step ${bound.step ?? "none"}`,
    ],
    ["Asked at", <Time key="from" at={bound.notBefore} />],
    ["Ends at", <Time key="until" at={bound.expiresAt} />],
    ["Description", <Code key="description">{bound.precondition.description}</Code>],
    ["State seen", bound.precondition.state ?? "none named"],
    ["Nonce", <Code key="nonce">{bound.nonce}</Code>],
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
      <SignForm label="Confirm my request" approval={approval} sign={(stepUp) => confirmRequest(approval.id, stepUp)} />
    ) : (
      <Text>Waiting until {approval.bound.requester.name} confirms the request.</Text>
    );
  }
  return (
    <Stack>
      <SignForm label="Approve" approval={approval} sign={(stepUp) => approve(approval.id, { stepUp, digest })} />
      <RefuseForm approval={approval} />
    </Stack>
  );
}

interface SignFormProps {
  readonly label: string;
  readonly approval: ApprovalView;
  readonly sign: (stepUp: StepUpProofView) => Promise<unknown>;
}

/** Signing means proving again who one is, and typing the target: there is no button that a stray key can press. */
function SignForm({ label, approval, sign }: SignFormProps) {
  const [proof, setProof] = useState<StepUpProofView>();
  const [target, setTarget] = useState("");
  const [round, setRound] = useState(0);
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: (given: StepUpProofView) => sign(given),
    // A proof works once, whatever came of it.
    onSettled: () => {
      setProof(undefined);
      setRound(round + 1);
      return queries.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (proof !== undefined) mutation.mutate(proof);
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
        <StepUpField key={round} purpose={{ kind: "approval", digest: approval.digest }} onProof={setProof} />
        <Button
          type="submit"
          color="danger"
          disabled={target !== approval.bound.target || proof === undefined}
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
