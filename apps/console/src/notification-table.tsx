import type { NotificationView } from "@assay/operations/api/schema/delivery";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark, type Tone } from "@assay/page-kit/state-mark.tsx";
import { Countdown, Time } from "@assay/page-kit/time.tsx";
import { Card, Code, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";

interface NotificationTableProps {
  readonly label: string;
  readonly notifications: readonly NotificationView[];
  /** What can be done about one. */
  readonly actions?: (notification: NotificationView) => ReactNode;
}

const TONES: Record<NotificationView["state"], Tone> = { queued: "info", sent: "good", failed: "critical" };
const CLOSED = { cancelled: "no longer needed", redriven: "sent once more", discarded: "put away" } as const;

/** Messages to people and channels, each with how far it came. */
export function NotificationTable({ label, notifications, actions }: NotificationTableProps) {
  return (
    <Card withBorder p={0}>
      <ScrollTable label={label} minWidth={680}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>To</Table.Th>
            <Table.Th>Over</Table.Th>
            <Table.Th>What</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>When</Table.Th>
            {actions !== undefined && <Table.Td />}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {notifications.map((one) => (
            <Table.Tr key={one.id}>
              <Table.Th scope="row">{one.to}</Table.Th>
              <Table.Td>{one.kind}</Table.Td>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{one.title}</Table.Td>
              <Table.Td>
                <StateOf notification={one} />
              </Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>
                <Time at={one.sentAt ?? one.createdAt} />
              </Table.Td>
              {actions !== undefined && <Table.Td ta="right">{actions(one)}</Table.Td>}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </Card>
  );
}

function StateOf({ notification }: { readonly notification: NotificationView }) {
  const { state, closed, attempts, error, nextAttemptAt, followedBy } = notification;
  const isCancelled = closed === "cancelled";
  return (
    <>
      <StateMark tone={isCancelled ? "neutral" : TONES[state]} word={isCancelled ? "cancelled" : state} />
      <Text size="xs" c="dimmed">
        {attempts > 1 && `${attempts} attempts. `}
        {error !== null && !isCancelled && (
          <>
            <Code>{error}</Code>{" "}
          </>
        )}
        {nextAttemptAt !== null && state === "queued" && (
          <>
            tried again: <Countdown until={nextAttemptAt} />
          </>
        )}
        {followedBy !== null && "Sent over the next channel. "}
        {closed !== null && !isCancelled && CLOSED[closed]}
      </Text>
    </>
  );
}
