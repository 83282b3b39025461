import type { Rotation, Schedule } from "@assay/operations/api/schema/on-call";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import {
  Button,
  Card,
  Checkbox,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { colleaguesQuery, send, useRefreshOnCall } from "./on-call-api.ts";

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"].map((label, index) => ({
  value: String(index + 1),
  label,
}));

/** Changes the rotations. Somebody else's change in between is refused, not overwritten. */
export function ScheduleEditor({ schedule }: { readonly schedule: Schedule }) {
  const [title, setTitle] = useState(schedule.title);
  const [timeZone, setTimeZone] = useState(schedule.timeZone);
  const [layers, setLayers] = useState<readonly Rotation[]>(schedule.layers);
  const refresh = useRefreshOnCall();
  const save = useMutation({
    mutationFn: () => {
      const body = { title, timeZone, layers, version: schedule.version };
      return send({ method: "PUT", path: `/api/on-call/schedules/${schedule.id}`, body });
    },
    onSuccess: refresh,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const change = (index: number, changed: Partial<Rotation>) =>
    setLayers(layers.map((layer, place) => (place === index ? { ...layer, ...changed } : layer)));
  return (
    <Card withBorder component="form" aria-labelledby="rotations" onSubmit={submit}>
      <Stack>
        <Title order={2} size="h4" id="rotations">
          Rotations
        </Title>
        <Text size="sm" c="dimmed">
          Of two rotations that have somebody, the later one counts. Hand-overs follow the clock on the wall.
        </Text>
        <Group align="flex-end">
          <TextInput
            label="Title"
            required
            maxLength={120}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <TextInput
            label="Time zone"
            required
            value={timeZone}
            onChange={(event) => setTimeZone(event.currentTarget.value.trim())}
          />
        </Group>
        {layers.map((layer, index) => (
          <RotationFields
            key={layer.id}
            rotation={layer}
            onChange={(changed) => change(index, changed)}
            onRemove={() => setLayers(layers.filter((other) => other !== layer))}
          />
        ))}
        <ProblemNotice error={save.error} />
        <Group>
          <Button
            type="button"
            variant="default"
            disabled={layers.length >= 10}
            onClick={() => setLayers([...layers, newRotation(layers)])}
          >
            Add a rotation
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save the schedule
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}

function newRotation(layers: readonly Rotation[]): Rotation {
  let number = layers.length + 1;
  while (layers.some(({ id }) => id === `rotation-${number}`)) number += 1;
  return {
    id: `rotation-${number}`,
    title: `Rotation ${number}`,
    people: [],
    every: { unit: "week", count: 1 },
    handOverAt: "09:00",
    startsOn: new Date().toISOString().slice(0, 10),
    only: null,
  };
}

interface RotationFieldsProps {
  readonly rotation: Rotation;
  readonly onChange: (changed: Partial<Rotation>) => void;
  readonly onRemove: () => void;
}

function RotationFields({ rotation, onChange, onRemove }: RotationFieldsProps) {
  const people = useQuery(colleaguesQuery);
  const { every } = rotation;
  return (
    <Card withBorder component="fieldset" padding="sm" m={0}>
      <Text component="legend" fw={650} px={4}>
        {rotation.title}
      </Text>
      <Stack gap="sm">
        <MultiSelect
          label="People, in the order of their turns"
          searchable
          data={people.data ?? []}
          value={rotation.people}
          maxValues={20}
          onChange={(value) => onChange({ people: value })}
        />
        <Group align="flex-end">
          <NumberInput
            label="A turn lasts"
            min={1}
            max={12}
            value={every.count}
            onChange={(count) => onChange({ every: { ...every, count: Number(count) || 1 } })}
            w={110}
          />
          <Select
            label="Unit"
            data={[
              { value: "day", label: "days" },
              { value: "week", label: "weeks" },
            ]}
            value={every.unit}
            allowDeselect={false}
            onChange={(unit) => onChange({ every: { ...every, unit: unit === "day" ? "day" : "week" } })}
            w={110}
          />
          <TextInput
            label="Hand-over at"
            type="time"
            required
            value={rotation.handOverAt}
            onChange={(event) => onChange({ handOverAt: event.currentTarget.value })}
          />
          <TextInput
            label="First turn on"
            type="date"
            required
            value={rotation.startsOn}
            onChange={(event) => onChange({ startsOn: event.currentTarget.value })}
          />
        </Group>
        <Restriction rotation={rotation} onChange={onChange} />
        <Button type="button" variant="default" size="xs" w="fit-content" onClick={onRemove}>
          Remove {rotation.title}
        </Button>
      </Stack>
    </Card>
  );
}

function Restriction({ rotation, onChange }: Pick<RotationFieldsProps, "rotation" | "onChange">) {
  const { only } = rotation;
  const whole = { weekdays: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" };
  return (
    <>
      <Checkbox
        label="Only at some hours"
        checked={only !== null}
        onChange={(event) => onChange({ only: event.currentTarget.checked ? whole : null })}
      />
      {only !== null && (
        <Group align="flex-end">
          <MultiSelect
            label="On days"
            searchable
            data={WEEKDAYS}
            value={only.weekdays.map(String)}
            onChange={(days) => onChange({ only: { ...only, weekdays: days.map(Number) } })}
          />
          <TextInput
            label="From"
            type="time"
            required
            value={only.from}
            onChange={(event) => onChange({ only: { ...only, from: event.currentTarget.value } })}
          />
          <TextInput
            label="To"
            type="time"
            required
            value={only.to}
            onChange={(event) => onChange({ only: { ...only, to: event.currentTarget.value } })}
          />
        </Group>
      )}
    </>
  );
}
