import type { ApprovalView } from "@assay/operations/api/schema/approvals";
import { Notice } from "@assay/page-kit/notice.tsx";
import { Anchor, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { approvalsQuery, isOpenApproval } from "./approvals-api.ts";
import { useSession } from "./session-api.ts";

/** Its requester confirms first; then it is up to anybody who has not signed. */
function waitsFor(approval: ApprovalView, personId: string | undefined): boolean {
  if (approval.state === "awaiting_requester") return approval.bound.requester.id === personId;
  return isOpenApproval(approval) && approval.signatures.every((signature) => signature.personId !== personId);
}

/** What everybody must see on every page: requests that wait for this person, and a missing second factor. */
export function Banners() {
  const session = useSession();
  const { data: approvals } = useQuery(approvalsQuery);
  const waiting = approvals?.filter((approval) => waitsFor(approval, session?.person.id)) ?? [];
  if (waiting.length === 0 && session?.person.totp !== false) return null;
  return (
    <Stack gap="xs" mb="md">
      {session?.person.totp === false && (
        <Notice tone="warning" title="Set up your second factor">
          Without it you can look, but sign nothing.{" "}
          <Anchor component={Link} to="/me" underline="always" inherit>
            Set it up
          </Anchor>
        </Notice>
      )}
      {waiting.map((approval) => (
        <Notice key={approval.id} tone="high" title={`Waiting for a signature: ${approval.sentence}`}>
          Asked for by {approval.bound.requester.name}.{" "}
          <Anchor component={Link} to={`/approvals/${approval.id}`} underline="always" inherit>
            Look at it
          </Anchor>
        </Notice>
      ))}
    </Stack>
  );
}
