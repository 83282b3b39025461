import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Group, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { send } from "./on-call-api.ts";

/** A schedule begins with its name; people and hand-overs are filled in on its page. */
export function NewSchedule() {
  const [title, setTitle] = useState("");
  const navigate = useNavigate();
  const id = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[-0-9]+|-+$/g, "")
    .slice(0, 40);
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const create = useMutation({
    mutationFn: () =>
      send({ method: "PUT", path: `/api/on-call/schedules/${id}`, body: { title, timeZone, layers: [], version: 0 } }),
    onSuccess: () => navigate({ to: `/on-call/schedules/${id}` }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit}>
      <ProblemNotice error={create.error} />
      <Group align="flex-end">
        <TextInput
          label="New schedule"
          placeholder="Night shift"
          required
          maxLength={120}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={id === ""} loading={create.isPending}>
          Make it
        </Button>
      </Group>
    </form>
  );
}
