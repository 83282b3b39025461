import type { RoundDetailView, RoundView } from "@assay/operations/api/schema/checklists";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Countdown, Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Group, Kbd, Stack, Text, Textarea, Title } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { ChecklistItem } from "./checklist-item.tsx";
import {
  lookAgain,
  ROUND_TONES,
  roundQuery,
  signRound,
  type TickGiven,
  tickItem,
  VERDICT_TONES,
} from "./checklists-api.ts";
import { assayCommand } from "./command-line.ts";
import { useDeepLink } from "./deep-link.ts";

/** One round: every item with what was seen, and the signature that ends it. */
export function ChecklistRoundPage() {
  const { id } = useParams({ from: "/checklists/$id" });
  const detail = useQuery(roundQuery(id));
  useDeepLink(detail.data !== undefined);
  return (
    <Awaited of={detail} what="the checklist">
      {(found) => <Round detail={found} />}
    </Awaited>
  );
}

function Round({ detail }: { readonly detail: RoundDetailView }) {
  const { round } = detail;
  const queries = useQueryClient();
  const settle = () => queries.invalidateQueries({ queryKey: ["checklists"] });
  const tick = useMutation({ mutationFn: (given: TickGiven) => tickItem(round.id, given), onSettled: settle });
  const look = useMutation({ mutationFn: () => lookAgain(round.id), onSettled: settle });
  useItemKeys();
  const closed = round.signedAt !== null;
  return (
    <Stack maw={860}>
      <Header round={round} />
      <ProblemNotice error={tick.error ?? look.error} />
      {!closed && (
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed">
            <Kbd size="xs">j</Kbd> <Kbd size="xs">k</Kbd> go to the next and previous item, <Kbd size="xs">y</Kbd> done,{" "}
            <Kbd size="xs">x</Kbd> not good
          </Text>
          <Button variant="default" loading={look.isPending} onClick={() => look.mutate()}>
            Look again
          </Button>
        </Group>
      )}
      <Stack component="ol" gap="xs" p={0} m={0} style={{ listStyle: "none" }}>
        {round.items.map((item) => (
          <ChecklistItem
            key={item.id}
            item={item}
            closed={closed}
            busy={tick.isPending}
            onTick={(given) => tick.mutate(given)}
          />
        ))}
      </Stack>
      {!closed && <Commands round={round} />}
      {closed ? <Signed round={round} /> : <SignOff round={round} onSigned={settle} />}
      <History detail={detail} />
    </Stack>
  );
}

function Header({ round }: { readonly round: RoundView }) {
  return (
    <div>
      <Group justify="space-between">
        <PageTitle>{`${round.title}, ${round.period}`}</PageTitle>
        <StateMark tone={ROUND_TONES[round.state]} word={round.state} strong />
      </Group>
      <Text c="dimmed">
        {round.system} · open since <Time at={round.opensAt} /> · due <Time at={round.dueAt} />
        {round.state === "open" && (
          <>
            {" · "}
            <Countdown until={round.dueAt} />
          </>
        )}
        {round.source !== "" && ` · after “${round.source}”`}
      </Text>
    </div>
  );
}

/** Moves the focus from item to item, and presses the button of the one that has it. */
function useItemKeys(): void {
  const move = (step: number) => {
    const items = [...document.querySelectorAll<HTMLElement>("[id^='item-']")];
    const at = items.findIndex((item) => item.contains(document.activeElement));
    const next = items[Math.min(items.length - 1, Math.max(0, at + step))];
    next?.setAttribute("tabindex", "-1");
    next?.focus();
  };
  const press = (verdict: "passed" | "failed") => {
    const item = document.activeElement?.closest("[id^='item-']");
    const button = item?.querySelector<HTMLButtonElement>(`button[data-tick='${verdict}']`);
    if (button?.disabled) item?.querySelector<HTMLInputElement>("input")?.focus();
    else button?.click();
  };
  useHotkeys([
    ["j", () => move(1)],
    ["k", () => move(-1)],
    ["y", () => press("passed")],
    ["x", () => press("failed")],
  ]);
}

function SignOff({ round, onSigned }: { readonly round: RoundView; readonly onSigned: () => Promise<void> }) {
  const [note, setNote] = useState("");
  const sign = useMutation({ mutationFn: () => signRound(round.id, note), onSettled: onSigned });
  const open = round.items.filter((item) => item.open);
  return (
    <Card withBorder component="section" aria-label="Sign off">
      <Stack>
        <Text>
          {open.length === 0
            ? `Every item is done. Whoever has the role ${round.signOff} signs for all of it.`
            : `Not yet: ${open.map(({ title }) => title).join("; ")}.`}
        </Text>
        <Textarea label="Note" autosize value={note} onChange={(event) => setNote(event.currentTarget.value)} />
        <CopyCommand command={assayCommand("checklist", "sign", round.id, ...(note === "" ? [] : ["--note", note]))} />
        <ProblemNotice error={sign.error} />
        <Group justify="flex-end">
          <Button disabled={open.length > 0} loading={sign.isPending} onClick={() => sign.mutate()}>
            Sign off
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}

/** Everything above, from a terminal. */
function Commands({ round }: { readonly round: RoundView }) {
  const waiting = round.items.find(({ open }) => open);
  return (
    <details>
      <summary>The same from a terminal</summary>
      <Stack gap={4} mt="xs">
        <CopyCommand command={assayCommand("checklist", "run", round.id)} label="Copy: look again" />
        {waiting !== undefined && (
          <CopyCommand
            command={assayCommand("checklist", "tick", round.id, waiting.id, "--note", "…")}
            label="Copy: tick the next item"
          />
        )}
      </Stack>
    </details>
  );
}

function Signed({ round }: { readonly round: RoundView }) {
  return (
    <Card withBorder role="status">
      <Text>
        Signed off by {round.signedBy}, <Time at={round.signedAt ?? round.dueAt} />
        {round.state === "signed late" && ", after its deadline"}.{round.note !== "" && ` Note: ${round.note}`}
      </Text>
    </Card>
  );
}

function History({ detail }: { readonly detail: RoundDetailView }) {
  const titles = new Map(detail.round.items.map(({ id, title }) => [id, title]));
  return (
    <details>
      <summary>Every look at every item ({detail.history.length})</summary>
      <Title order={2} size="h5" mt="sm">
        History
      </Title>
      <Stack gap={4} mt="xs">
        {detail.history.map((tick) => (
          <Group key={tick.sequence} gap="sm" align="baseline">
            <StateMark tone={VERDICT_TONES[tick.verdict]} word={tick.verdict} />
            <Text size="sm" style={{ flex: 1, overflowWrap: "anywhere" }}>
              {titles.get(tick.item) ?? tick.item}: {[tick.observed, tick.note].filter(Boolean).join("; ")}{" "}
              {tick.by.name}, <Time at={tick.at} />
            </Text>
          </Group>
        ))}
      </Stack>
    </details>
  );
}
