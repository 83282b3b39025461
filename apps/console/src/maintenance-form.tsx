import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Card, Checkbox, Group, NativeSelect, Stack, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { curlCommand } from "./curl-command.ts";
import { type MaintenanceBody, planMaintenance } from "./quiet-api.ts";
import { systemQuery, systemsQuery } from "./systems-api.ts";

const LENGTHS = [
  { value: "30", label: "30 minutes" },
  { value: "60", label: "1 hour" },
  { value: "120", label: "2 hours" },
  { value: "240", label: "4 hours" },
  { value: "480", label: "8 hours" },
  { value: "1440", label: "1 day" },
  { value: "10080", label: "7 days, the longest" },
];
const WHOLE = "";
const MINUTE_MS = 60_000;

/** Plans a time in which alerts are recorded and page nobody. */
export function MaintenanceForm() {
  const systems = useQuery(systemsQuery);
  const [title, setTitle] = useState("");
  const [system, setSystem] = useState(WHOLE);
  const [components, setComponents] = useState<readonly string[]>([]);
  const [startsAt, setStartsAt] = useState(soon);
  const [minutes, setMinutes] = useState("60");
  const [isPublic, setIsPublic] = useState(true);
  const [pagesCritical, setPagesCritical] = useState(false);
  const queries = useQueryClient();
  const body = bodyOf({ title, system, components, startsAt, minutes, isPublic, pagesCritical });
  const plan = useMutation({
    mutationFn: (given: MaintenanceBody) => planMaintenance(given),
    onSuccess: () => setTitle(""),
    onSettled: () => queries.invalidateQueries({ queryKey: ["quiet"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (body !== undefined) plan.mutate(body);
  };
  return (
    <Card withBorder component="section" aria-labelledby="new-window">
      <form onSubmit={submit}>
        <Stack>
          <Title order={3} size="h5" id="new-window">
            Plan maintenance
          </Title>
          <TextInput
            label="What is done"
            description="At least three letters; customers read it when it is public."
            required
            maxLength={200}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <Group align="flex-end">
            <NativeSelect
              label="Where"
              data={[
                { value: WHOLE, label: "The whole platform" },
                ...(systems.data?.systems ?? []).map(({ id, title: label }) => ({ value: id, label })),
              ]}
              value={system}
              onChange={(event) => {
                setSystem(event.currentTarget.value);
                setComponents([]);
              }}
            />
            <TextInput
              label="Begins (UTC)"
              type="datetime-local"
              required
              value={startsAt}
              onChange={(event) => setStartsAt(event.currentTarget.value)}
            />
            <NativeSelect
              label="Lasts"
              data={LENGTHS}
              value={minutes}
              onChange={(event) => setMinutes(event.currentTarget.value)}
            />
          </Group>
          {system !== WHOLE && <Components system={system} chosen={components} onChange={setComponents} />}
          <Checkbox
            label="Show it on the status page"
            checked={isPublic}
            onChange={(event) => setIsPublic(event.currentTarget.checked)}
          />
          <Checkbox
            label="Critical alerts page all the same"
            checked={pagesCritical}
            onChange={(event) => setPagesCritical(event.currentTarget.checked)}
          />
          <Group justify="flex-end">
            <Button type="submit" disabled={body === undefined || title.trim().length < 3} loading={plan.isPending}>
              Plan it
            </Button>
          </Group>
          {body !== undefined && <CopyCommand command={curlCommand("POST", "/api/maintenance", body)} />}
          <ProblemNotice error={plan.error} />
          {plan.data !== undefined && (
            <Notice tone="good" role="status" title="Planned">
              It begins and ends by itself.
            </Notice>
          )}
        </Stack>
      </form>
    </Card>
  );
}

interface ComponentsProps {
  readonly system: string;
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

function Components({ system, chosen, onChange }: ComponentsProps) {
  const components = useQuery(systemQuery(system)).data?.manifest.components ?? [];
  if (components.length === 0) return null;
  return (
    <Checkbox.Group
      label="Components"
      description="None: all of the system."
      value={[...chosen]}
      onChange={(value) => onChange(value)}
    >
      <Group mt={4}>
        {components.map(({ id, title }) => (
          <Checkbox key={id} value={id} label={title} />
        ))}
      </Group>
    </Checkbox.Group>
  );
}

interface Fields {
  readonly title: string;
  readonly system: string;
  readonly components: readonly string[];
  /** `2026-01-31T22:00`, in UTC. */
  readonly startsAt: string;
  readonly minutes: string;
  readonly isPublic: boolean;
  readonly pagesCritical: boolean;
}

function bodyOf(fields: Fields): MaintenanceBody | undefined {
  const { title, system, components, startsAt, minutes, isPublic, pagesCritical } = fields;
  const from = new Date(`${startsAt}:00Z`);
  if (Number.isNaN(from.getTime())) return undefined;
  return {
    title: title.trim(),
    system: system === WHOLE ? null : system,
    components: [...components],
    startsAt: from.toISOString(),
    endsAt: new Date(from.getTime() + Number(minutes) * MINUTE_MS).toISOString(),
    public: isPublic,
    pagesCritical,
  };
}

/** The next full hour. */
function soon(): string {
  const hour = 60 * MINUTE_MS;
  return new Date(Math.ceil(Date.now() / hour) * hour).toISOString().slice(0, 16);
}
