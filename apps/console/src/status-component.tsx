import { type EditableComponent, statedComponentStateSchema } from "@assay/operations/api/schema/status";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Countdown, Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Group, NativeSelect, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { endOverride, placeComponent, removeComponent, STATE_TONES, setOverride } from "./status-api.ts";

const HOURS = [1, 4, 12, 24, 72, 168] as const;
const HOUR_MS = 3_600_000;

/** One part of the public page: what it shows and why, and the place to state otherwise until a time. */
export function StatusComponent({ component }: { readonly component: EditableComponent }) {
  const { id, title, description, state, why, since, seenAt, override, group, position, isHidden, isDeclared } =
    component;
  const queries = useQueryClient();
  const settle = { onSuccess: () => queries.invalidateQueries({ queryKey: ["status"] }) };
  const end = useMutation({ mutationFn: () => endOverride(id), ...settle });
  const hide = useMutation({
    mutationFn: (hidden: boolean) => placeComponent(id, { group, position, isHidden: hidden }),
    ...settle,
  });
  const remove = useMutation({ mutationFn: () => removeComponent(id), ...settle });
  return (
    <Card withBorder component="article" aria-label={title}>
      <Stack gap={6}>
        <Group justify="space-between">
          <Group gap="sm">
            <Text fw={650}>{title}</Text>
            <StateMark tone={STATE_TONES[state]} word={state} strong />
          </Group>
          <Switch
            label="Shown to the public"
            checked={!isHidden}
            onChange={(event) => hide.mutate(!event.currentTarget.checked)}
          />
        </Group>
        <Text c="dimmed">{[description, group && `under “${group}”`].filter(Boolean).join(" ")}</Text>
        <Text>
          {why}
          {since !== null && (
            <>
              , since <Time at={since} />
            </>
          )}
          {state === "no data" &&
            (seenAt === null ? (
              ", nothing was known so far"
            ) : (
              <>
                , last known <Time at={seenAt} />
              </>
            ))}
        </Text>
        {override === null ? (
          <OverrideForm id={id} />
        ) : (
          <Group gap="sm">
            <Text>
              {override.by} set it: {override.reason} (<Countdown until={override.endsAt} />)
            </Text>
            <Button size="compact-sm" variant="default" loading={end.isPending} onClick={() => end.mutate()}>
              End it now
            </Button>
          </Group>
        )}
        {!isDeclared && (
          <Group>
            <Button size="compact-sm" variant="subtle" color="danger" onClick={() => remove.mutate()}>
              Remove {title}
            </Button>
          </Group>
        )}
        <ProblemNotice error={end.error ?? hide.error ?? remove.error} />
      </Stack>
    </Card>
  );
}

function OverrideForm({ id }: { readonly id: string }) {
  const [state, setState] = useState("partial outage");
  const [reason, setReason] = useState("");
  const [hours, setHours] = useState("1");
  const queries = useQueryClient();
  const set = useMutation({
    mutationFn: () => {
      const endsAt = new Date(Date.now() + Number(hours) * HOUR_MS).toISOString();
      return setOverride(id, { state, reason, endsAt });
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["status"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set.mutate();
  };
  return (
    <details>
      <summary>State it by hand</summary>
      <form onSubmit={submit}>
        <Group align="end" gap="sm" mt="xs">
          <NativeSelect
            label="State"
            data={statedComponentStateSchema.options}
            value={state}
            onChange={(event) => setState(event.currentTarget.value)}
          />
          <TextInput
            label="Why (for colleagues)"
            required
            minLength={3}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <NativeSelect
            label="Ends by itself after"
            data={HOURS.map((value) => ({
              value: String(value),
              label: value < 24 ? `${value} h` : `${value / 24} d`,
            }))}
            value={hours}
            onChange={(event) => setHours(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={set.isPending}>
            State it
          </Button>
        </Group>
        <ProblemNotice error={set.error} />
      </form>
    </details>
  );
}
