import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ApprovalCard } from "./approval-card.tsx";
import { approvalQuery, approvalsQuery } from "./approvals-api.ts";

export function isOpenApproval({ state }: { readonly state: string }): boolean {
  return state === "awaiting_requester" || state === "pending";
}

/** What waits for somebody first, whole; what is over below, in a line each. */
export function ApprovalsPage() {
  const { data: approvals, error } = useQuery(approvalsQuery);
  const open = approvals?.filter(isOpenApproval) ?? [];
  const ended = approvals?.filter((approval) => !isOpenApproval(approval)) ?? [];
  return (
    <Stack>
      <Title order={1} size="h2">
        Approvals
      </Title>
      <ProblemNotice error={error} />
      {approvals !== undefined && open.length === 0 && <Text>Nobody waits for an approval.</Text>}
      {open.map((approval) => (
        <ApprovalCard key={approval.id} approval={approval} />
      ))}
      {ended.length > 0 && (
        <section aria-labelledby="ended" className="scroll">
          <Title order={2} size="h4" id="ended" mb="xs">
            Ended
          </Title>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Action</Table.Th>
                <Table.Th>Asked for by</Table.Th>
                <Table.Th>End</Table.Th>
                <Table.Th>When</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {ended.map((approval) => (
                <Table.Tr key={approval.id}>
                  <Table.Td>
                    <Anchor component={Link} to={`/approvals/${approval.id}`} underline="always">
                      {approval.sentence}
                    </Anchor>
                  </Table.Td>
                  <Table.Td>{approval.bound.requester.name}</Table.Td>
                  <Table.Td>{approval.state}</Table.Td>
                  <Table.Td>
                    <Time at={approval.endedAt ?? approval.createdAt} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </section>
      )}
    </Stack>
  );
}

export function ApprovalPage() {
  const { id } = useParams({ from: "/approvals/$id" });
  const { data: approval, error } = useQuery(approvalQuery(id));
  return (
    <Stack>
      <Title order={1} size="h2">
        Approval
      </Title>
      <ProblemNotice error={error} />
      {approval !== undefined && <ApprovalCard approval={approval} />}
    </Stack>
  );
}
