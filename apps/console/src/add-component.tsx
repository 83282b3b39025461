import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { addComponent } from "./status-api.ts";
import { systemsQuery } from "./systems-api.ts";

/** A part that no manifest declares; it has no data until checks, alerts or a person say something. */
export function AddComponent() {
  const { data: systems } = useQuery(systemsQuery);
  const [title, setTitle] = useState("");
  const [group, setGroup] = useState("");
  const [system, setSystem] = useState("");
  const [checks, setChecks] = useState("");
  const [alerts, setAlerts] = useState("");
  const queries = useQueryClient();
  const add = useMutation({
    mutationFn: () =>
      addComponent({
        ...{ title, group, system: system === "" ? null : system },
        ...{ healthChecks: wordsOf(checks), alerts: wordsOf(alerts) },
      }),
    onSuccess: () => {
      setTitle("");
      return queries.invalidateQueries({ queryKey: ["status"] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <details>
      <summary>Add a component by hand</summary>
      <form onSubmit={submit}>
        <Group align="end" gap="sm" mt="xs">
          <TextInput
            label="Name"
            required
            minLength={2}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <TextInput label="Heading" value={group} onChange={(event) => setGroup(event.currentTarget.value)} />
          <NativeSelect
            label="System"
            data={[
              { value: "", label: "none" },
              ...(systems?.systems ?? []).map(({ id, title: name }) => ({ value: id, label: name })),
            ]}
            value={system}
            onChange={(event) => setSystem(event.currentTarget.value)}
          />
          <TextInput
            label="Health checks"
            description="Ids with spaces between"
            value={checks}
            onChange={(event) => setChecks(event.currentTarget.value)}
          />
          <TextInput
            label="Alerts"
            description="Names with spaces between"
            value={alerts}
            onChange={(event) => setAlerts(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={add.isPending}>
            Add it
          </Button>
        </Group>
        <ProblemNotice error={add.error} />
      </form>
    </details>
  );
}

function wordsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}
