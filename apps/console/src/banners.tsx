import type { ApprovalView } from "@assay/operations/api/schema/approvals";
import { Notice } from "@assay/page-kit/notice.tsx";
import { Countdown } from "@assay/page-kit/time.tsx";
import { Anchor, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { approvalsQuery, breakGlassQuery, isOpenApproval, standingQuery } from "./approvals-api.ts";
import { auditStateQuery } from "./audit-api.ts";
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
  const { data: uses } = useQuery(breakGlassQuery);
  const { data: standing } = useQuery(standingQuery);
  const { data: audit } = useQuery(auditStateQuery);
  const unreviewed = uses?.filter(({ review }) => review === null) ?? [];
  const inForce = standing?.filter(({ state }) => state === "in force") ?? [];
  const problem = audit?.problem ?? null;
  const isBare = session?.person.totp === false && session.person.passkeys === 0;
  const isQuiet = waiting.length + unreviewed.length + inForce.length === 0 && problem === null;
  if (isQuiet && !isBare) return null;
  return (
    <Stack gap="xs" mb="md">
      {isBare && (
        <Notice tone="warning" title="Set up your second factor">
          Without it you can look, but sign nothing.{" "}
          <Anchor component={Link} to="/me" underline="always" inherit>
            Set it up
          </Anchor>
        </Notice>
      )}
      {problem !== null && (
        <Notice tone="critical" title="The audit log is not what was signed">
          Nothing dangerous is done until it is cleared up.{" "}
          <Anchor component={Link} to="/audit" underline="always" inherit>
            See where it parts
          </Anchor>
        </Notice>
      )}
      {unreviewed.map(({ run, sentence, reviewDueAt }) => (
        <Notice key={run.id} tone="critical" title={`Break-glass, not reviewed: ${sentence}`}>
          {run.requester.name} did it alone. Review: <Countdown until={reviewDueAt} />.{" "}
          <Anchor component={Link} to="/danger-zone" underline="always" inherit>
            Review it
          </Anchor>
        </Notice>
      ))}
      {inForce.map(({ id, action, uses, usesAllowed, endsAt }) => (
        <Notice key={id} tone="info" title={`Standing approval for ${action}`}>
          Used {uses} of {usesAllowed} times, <Countdown until={endsAt} />.{" "}
          <Anchor component={Link} to="/approvals" underline="always" inherit>
            See or revoke it
          </Anchor>
        </Notice>
      ))}
      {waiting.map((approval) => (
        <Notice key={approval.id} tone="high" title={`Waiting for a signature: ${approval.sentence}`}>
          Asked for by {approval.bound.requester.name}, <Countdown until={approval.expiresAt} />.{" "}
          <Anchor component={Link} to={`/approvals/${approval.id}`} underline="always" inherit>
            Look at it
          </Anchor>
        </Notice>
      ))}
    </Stack>
  );
}
