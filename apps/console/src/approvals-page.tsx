import type { ApprovalView } from "@assay/operations/api/schema/approvals";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Card, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { APPROVAL_TONES, ApprovalCard } from "./approval-card.tsx";
import { approvalQuery, approvalsQuery, isOpenApproval } from "./approvals-api.ts";
import { PolicySection } from "./policy-section.tsx";
import { StandingSection } from "./standing-section.tsx";

/** What waits for somebody first, whole; what is over below, in a line each. */
export function ApprovalsPage() {
  const approvals = useQuery(approvalsQuery);
  return (
    <Stack>
      <PageTitle>Approvals</PageTitle>
      <Awaited of={approvals} what="the approvals">
        {(found) => {
          const [open, ended] = [found.filter(isOpenApproval), found.filter((one) => !isOpenApproval(one))];
          return (
            <>
              {open.length === 0 && <Text>Nobody waits for an approval.</Text>}
              {open.map((approval) => (
                <ApprovalCard key={approval.id} approval={approval} />
              ))}
              {ended.length > 0 && <Ended approvals={ended} />}
            </>
          );
        }}
      </Awaited>
      <StandingSection />
      <PolicySection />
    </Stack>
  );
}

function Ended({ approvals }: { readonly approvals: readonly ApprovalView[] }) {
  return (
    <section aria-labelledby="ended">
      <Title order={2} size="h4" id="ended" mb="xs">
        Ended
      </Title>
      <Card withBorder p={0}>
        <ScrollTable label="Ended approvals" minWidth={640}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Action</Table.Th>
              <Table.Th>Asked for by</Table.Th>
              <Table.Th>End</Table.Th>
              <Table.Th w={210}>When</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {approvals.map((approval) => (
              <Table.Tr key={approval.id}>
                <Table.Td>
                  <Anchor component={Link} to={`/approvals/${approval.id}`} underline="always" fz="sm">
                    {approval.sentence}
                  </Anchor>
                </Table.Td>
                <Table.Td>{approval.bound.requester.name}</Table.Td>
                <Table.Td>
                  <StateMark tone={APPROVAL_TONES[approval.state]} word={approval.state} />
                </Table.Td>
                <Table.Td>
                  <Time at={approval.endedAt ?? approval.createdAt} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </ScrollTable>
      </Card>
    </section>
  );
}

export function ApprovalPage() {
  const { id } = useParams({ from: "/approvals/$id" });
  const approval = useQuery(approvalQuery(id));
  return (
    <Stack maw={980}>
      <PageTitle name={approval.data?.sentence ?? "Approval"}>Approval</PageTitle>
      <Awaited of={approval} what="the approval">
        {(found) => <ApprovalCard approval={found} />}
      </Awaited>
    </Stack>
  );
}
