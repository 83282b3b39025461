import type { IncidentDetail } from "@assay/operations/api/schema/incident-detail";
import type { ActionItemView } from "@assay/operations/api/schema/incidents";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark, type Tone } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Group, NativeSelect, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { changeIncident, moveActionItem } from "./incidents-api.ts";
import { usePeopleOptions } from "./people-options.ts";

/** What must be done so that it does not happen again. */
export function ActionItems({ detail: { incident, actionItems } }: { readonly detail: IncidentDetail }) {
  return (
    <section aria-labelledby="action-items">
      <Title order={2} size="h4" id="action-items" mb="xs">
        Action items
      </Title>
      <Stack gap="xs">
        {actionItems.length === 0 && <Text>None yet.</Text>}
        {actionItems.map((item) => (
          <Item key={item.id} item={item} />
        ))}
        <AddItem incidentId={incident.id} />
      </Stack>
    </section>
  );
}

function toneOf({ state, isOverdue }: ActionItemView): Tone {
  if (isOverdue) return "high";
  return state === "open" ? "info" : state === "done" ? "good" : "neutral";
}

function Item({ item }: { readonly item: ActionItemView }) {
  const queries = useQueryClient();
  const move = useMutation({
    mutationFn: (state: ActionItemView["state"]) => moveActionItem(item.id, { state }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["incidents"] }),
  });
  return (
    <Group gap="sm">
      <StateMark tone={toneOf(item)} word={item.isOverdue ? "overdue" : item.state} />
      <Text fw={600}>{item.title}</Text>
      <Text c="dimmed">
        {item.owner.name}, due <Time at={item.dueAt} />
      </Text>
      {item.state === "open" ? (
        <>
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Done: ${item.title}`}
            onClick={() => move.mutate("done")}
          >
            Done
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            aria-label={`Drop: ${item.title}`}
            onClick={() => move.mutate("dropped")}
          >
            Drop
          </Button>
        </>
      ) : (
        <Button
          size="compact-sm"
          variant="subtle"
          aria-label={`Open again: ${item.title}`}
          onClick={() => move.mutate("open")}
        >
          Open again
        </Button>
      )}
      <ProblemNotice error={move.error} />
    </Group>
  );
}

function AddItem({ incidentId }: { readonly incidentId: string }) {
  const people = usePeopleOptions();
  const [title, setTitle] = useState("");
  const [chosen, setOwner] = useState<string>();
  const [day, setDay] = useState("");
  const ownerId = chosen ?? people[0]?.value ?? "";
  const queries = useQueryClient();
  const add = useMutation({
    mutationFn: () => changeIncident(incidentId, "action-items", { title, ownerId, dueAt: `${day}T23:59:59Z` }),
    onSuccess: () => {
      setTitle("");
      return queries.invalidateQueries({ queryKey: ["incidents"] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Group align="end" gap="sm">
        <TextInput
          label="What must be done"
          required
          minLength={3}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <NativeSelect
          label="Owner"
          data={people}
          value={ownerId}
          onChange={(event) => setOwner(event.currentTarget.value)}
        />
        <TextInput
          label="Due, end of day (UTC)"
          type="date"
          required
          value={day}
          onChange={(event) => setDay(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={add.isPending}>
          Add the action item
        </Button>
      </Group>
      <ProblemNotice error={add.error} />
    </form>
  );
}
