import type { IncidentDetail } from "@assay/operations/api/schema/incident-detail";
import { type LinkKind, linkKindSchema } from "@assay/operations/api/schema/incidents";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Anchor, Button, Group, List, NativeSelect, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { changeIncident } from "./incidents-api.ts";
import { runbooksQuery } from "./runbooks-api.ts";

const PAGES: Readonly<Partial<Record<LinkKind, string>>> = { alert: "/alerts", run: "/runs", approval: "/approvals" };

/** The runbooks to run for it, and what else belongs to it. */
export function IncidentLinks({ detail }: { readonly detail: IncidentDetail }) {
  const { links } = detail;
  return (
    <section aria-labelledby="links">
      <Title order={2} size="h4" id="links" mb="xs">
        What belongs to it
      </Title>
      <Stack gap="xs">
        <NextRunbooks detail={detail} />
        {links.length > 0 && (
          <List size="sm">
            {links.map(({ kind, target, title }) => (
              <List.Item key={kind + target}>
                {kind}: {PAGES[kind] === undefined ? title : <LinkTo to={`${PAGES[kind]}/${target}`} title={title} />}
              </List.Item>
            ))}
          </List>
        )}
        <AddLink incidentId={detail.incident.id} />
      </Stack>
    </section>
  );
}

function LinkTo({ to, title }: { readonly to: string; readonly title: string }) {
  return (
    <Anchor component={Link} to={to} underline="always" inherit>
      {title}
    </Anchor>
  );
}

function NextRunbooks({ detail: { alerts, incident } }: { readonly detail: IncidentDetail }) {
  const { data: runbooks = [] } = useQuery(runbooksQuery);
  const wanted = new Set(alerts.filter(({ state }) => state === "firing").map(({ runbook }) => runbook));
  const found = runbooks.filter(({ id }) => wanted.has(id));
  if (found.length === 0) return <Text c="dimmed">No alert names a runbook to run now.</Text>;
  return (
    <Text>
      Runbooks to run:{" "}
      {found.map(({ id, title }) => (
        <Anchor
          key={id}
          component={Link}
          to={`/runbooks/${id}?incident=${incident.id}`}
          underline="always"
          inherit
          mr="sm"
        >
          {title}
        </Anchor>
      ))}
    </Text>
  );
}

function AddLink({ incidentId }: { readonly incidentId: string }) {
  const [kind, setKind] = useState<LinkKind>("alert");
  const [target, setTarget] = useState("");
  const [title, setTitle] = useState("");
  const queries = useQueryClient();
  const add = useMutation({
    mutationFn: () => changeIncident(incidentId, "links", { kind, target: target.trim(), title: title.trim() }),
    onSuccess: () => {
      setTarget("");
      setTitle("");
      return queries.invalidateQueries({ queryKey: ["incidents"] });
    },
  });
  return (
    <details>
      <summary>Link something to it</summary>
      <Group align="end" gap="sm" mt="xs">
        <NativeSelect
          label="Kind"
          data={linkKindSchema.options}
          value={kind}
          onChange={(event) => setKind(linkKindSchema.parse(event.currentTarget.value))}
        />
        <TextInput label="Its id" value={target} onChange={(event) => setTarget(event.currentTarget.value)} />
        <TextInput label="What it is" value={title} onChange={(event) => setTitle(event.currentTarget.value)} />
        <Button
          variant="default"
          loading={add.isPending}
          disabled={target.trim() === "" || title.trim().length < 3}
          onClick={() => add.mutate()}
        >
          Link
        </Button>
      </Group>
      <ProblemNotice error={add.error} />
    </details>
  );
}
