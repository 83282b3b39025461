import type { RoundItemView } from "@assay/operations/api/schema/checklists";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Group, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { type TickGiven, VERDICT_TONES } from "./checklists-api.ts";

interface ChecklistItemProps {
  readonly item: RoundItemView;
  /** A round that was signed off is only read. */
  readonly closed: boolean;
  readonly busy: boolean;
  readonly onTick: (given: TickGiven) => void;
}

/** One line of the list: what is to be true, what was seen, and the way to say so. */
export function ChecklistItem({ item, closed, busy, onTick }: ChecklistItemProps) {
  return (
    <Card withBorder component="li" padding="sm" id={`item-${item.id}`} aria-label={item.title}>
      <Stack gap={6}>
        <Group justify="space-between" gap="xs">
          <Text fw={600}>{item.title}</Text>
          <Group gap="sm" role="status">
            {item.verdict === null ? (
              <StateMark tone="neutral" word="open" strong />
            ) : (
              <StateMark tone={VERDICT_TONES[item.verdict]} word={item.verdict} strong />
            )}
          </Group>
        </Group>
        <Seen item={item} />
        {!closed && <Say item={item} busy={busy} onTick={onTick} />}
      </Stack>
    </Card>
  );
}

function Seen({ item }: { readonly item: RoundItemView }) {
  const { last } = item;
  return (
    <Text size="sm" style={{ overflowWrap: "anywhere" }}>
      {item.automatic === null ? `Done by a person with the role ${item.role}.` : `Looks by itself: ${item.automatic}.`}
      {last?.observed != null && ` Seen: ${last.observed}, from ${last.source}`}
      {last?.observedAt != null && (
        <>
          , <Time at={last.observedAt} />
        </>
      )}
      {last !== null && item.automatic === null && (
        <>
          {" "}
          {last.by.name}, <Time at={last.at} />
        </>
      )}
      {item.remark !== "" && ` Note: ${item.remark}`}
    </Text>
  );
}

/** What a person can say: a verdict on what is theirs, a note on what is not green. */
function Say({ item, busy, onTick }: Omit<ChecklistItemProps, "closed">) {
  const [note, setNote] = useState("");
  const isTheirs = item.automatic === null;
  if (!isTheirs && (item.verdict === null || item.verdict === "passed")) return null;
  const isMissing = note.trim() === "" && (!isTheirs || item.note === "required");
  const say = (verdict?: "passed" | "failed") => {
    onTick({ item: item.id, note: note.trim(), ...(verdict === undefined ? {} : { verdict }) });
    setNote("");
  };
  return (
    <Group align="flex-end" gap="xs">
      {(item.note !== "none" || !isTheirs) && (
        <TextInput
          label={isMissing ? "Note (needed)" : "Note"}
          aria-label={`Note on ${item.title}`}
          style={{ flex: "1 1 200px" }}
          autoComplete="off"
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
      )}
      {isTheirs ? (
        <Group gap="xs">
          <Button data-tick="passed" variant="default" disabled={isMissing || busy} onClick={() => say("passed")}>
            Done
          </Button>
          <Button data-tick="failed" variant="default" disabled={isMissing || busy} onClick={() => say("failed")}>
            Not good
          </Button>
        </Group>
      ) : (
        <Button variant="default" disabled={isMissing || busy} onClick={() => say()}>
          Write the note
        </Button>
      )}
    </Group>
  );
}
