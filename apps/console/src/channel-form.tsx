import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Card, Group, NativeSelect, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type ChannelBody, type ChannelView, createChannel } from "./channels-api.ts";
import { curlCommand } from "./curl-command.ts";
import { TerminalLine } from "./terminal-line.tsx";

type Kind = ChannelBody["kind"];

const TARGETS: Record<Kind, { readonly label: string; readonly description: string }> = {
  email: { label: "Address", description: "A team's mailbox." },
  webhook: { label: "URL", description: "Gets a signed POST." },
  slack: { label: "Incoming webhook", description: "Its address is a secret: it is sealed and not shown again." },
  telegram: { label: "Chat", description: "The chat's number, or @name of a public channel." },
};

interface ChannelFormProps {
  readonly channels: readonly ChannelView[];
  /** What this plane can send over. */
  readonly kinds: readonly Kind[];
}

/** Adds a channel of the plane. */
export function ChannelForm({ channels, kinds }: ChannelFormProps) {
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Kind>(kinds[0] ?? "webhook");
  const [target, setTarget] = useState("");
  const [secret, setSecret] = useState("");
  const [fallback, setFallback] = useState("");
  const queries = useQueryClient();
  const add = useMutation({
    mutationFn: () =>
      createChannel({
        ...{ name, kind, target, fallback: fallback || null },
        ...(kind === "webhook" && secret !== "" ? { secret } : {}),
      } as ChannelBody),
    onSuccess: () => {
      setName("");
      setTarget("");
      setSecret("");
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["on-call"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const wanted = TARGETS[kind];
  return (
    <Card withBorder component="section" aria-labelledby="new-channel">
      <form onSubmit={submit}>
        <Stack>
          <Title order={2} size="h4" id="new-channel">
            Add a channel
          </Title>
          <Group align="flex-end">
            <TextInput
              label="Name"
              required
              minLength={2}
              maxLength={60}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <NativeSelect
              label="Kind"
              data={[...kinds]}
              value={kind}
              onChange={(event) => setKind(event.currentTarget.value as Kind)}
            />
            <NativeSelect
              label="When it fails, try"
              data={[
                { value: "", label: "nothing else" },
                ...channels.map(({ id, name: label }) => ({ value: id, label })),
              ]}
              value={fallback}
              onChange={(event) => setFallback(event.currentTarget.value)}
            />
          </Group>
          <TextInput
            label={wanted.label}
            description={wanted.description}
            required
            autoComplete="off"
            value={target}
            onChange={(event) => setTarget(event.currentTarget.value.trim())}
          />
          {kind === "webhook" && (
            <PasswordInput
              label="Secret"
              description="At least 16 characters; left empty, the plane's own signs. It is sealed and not shown again."
              minLength={16}
              autoComplete="off"
              value={secret}
              onChange={(event) => setSecret(event.currentTarget.value)}
            />
          )}
          <Group justify="flex-end">
            <Button type="submit" loading={add.isPending}>
              Add
            </Button>
          </Group>
          <TerminalLine
            command={curlCommand("POST", "/api/channels", { name, kind, target: "…", fallback: fallback || null })}
          />
          <ProblemNotice error={add.error} />
          {add.data !== undefined && (
            <Notice tone="good" role="status" title={`${add.data.name} is added`}>
              Send a test before anybody relies on it.
            </Notice>
          )}
        </Stack>
      </form>
    </Card>
  );
}
