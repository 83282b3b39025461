import { type PublicIncidentView, type UpdateStatus, updateStatusSchema } from "@assay/operations/api/schema/status";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Checkbox, Group, NativeSelect, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { statusEditorQuery } from "./status-api.ts";

export interface UpdateWords {
  readonly status: UpdateStatus;
  readonly text: string;
  readonly title?: string;
  readonly components?: readonly string[];
}

interface PublicUpdateFormProps {
  /** The first words need a title and the parts that are affected. */
  readonly isFirst: boolean;
  readonly current: UpdateStatus | undefined;
  readonly send: (words: UpdateWords) => Promise<PublicIncidentView>;
}

/** Words for users: they go to the public page and to everybody who subscribed, as they are. */
export function PublicUpdateForm({ isFirst, current = "investigating", send }: PublicUpdateFormProps) {
  const [status, setStatus] = useState<UpdateStatus>(current);
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const [components, setComponents] = useState<readonly string[]>([]);
  const { data: editor } = useQuery(statusEditorQuery);
  const queries = useQueryClient();
  const tell = useMutation({
    mutationFn: () => send({ status, text, ...(isFirst ? { title, components } : {}) }),
    onSuccess: async () => {
      setText("");
      setTitle("");
      await queries.invalidateQueries({ queryKey: ["status"] });
      await queries.invalidateQueries({ queryKey: ["incidents"] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    tell.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {isFirst && (
          <TextInput
            label="Title for users"
            description="What they notice. Nothing from the inside."
            required
            minLength={2}
            maxLength={120}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
        )}
        {isFirst && (
          <Checkbox.Group label="Affected parts" value={[...components]} onChange={setComponents}>
            <Group gap="md" mt={4}>
              {(editor?.components ?? []).map(({ id, title: name }) => (
                <Checkbox key={id} value={id} label={name} />
              ))}
            </Group>
          </Checkbox.Group>
        )}
        <NativeSelect
          label="Status"
          data={updateStatusSchema.options}
          value={status}
          onChange={(event) => setStatus(updateStatusSchema.parse(event.currentTarget.value))}
        />
        <Textarea
          label="Text for users"
          required
          minLength={3}
          autosize
          minRows={2}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group>
          <Button type="submit" loading={tell.isPending}>
            Tell users
          </Button>
        </Group>
        <ProblemNotice error={tell.error} />
      </Stack>
    </form>
  );
}
