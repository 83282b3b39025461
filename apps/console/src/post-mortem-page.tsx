import type { PostMortemView, ReportSection } from "@assay/operations/api/schema/incidents";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Button, Group, List, Stack, Text, Textarea, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { movePostMortem, postMortemQuery, savePostMortem } from "./incidents-api.ts";

/** The headings of the incident report, in its order. */
const SECTIONS: readonly (readonly [ReportSection, string, string])[] = [
  ["description", "Description", "What happened, and to whom."],
  ["rootCause", "Root cause", "Why it could happen."],
  ["actionsTaken", "Actions taken", "Step by step, from the timeline."],
  ["resolution", "Resolution", "How it was resolved."],
  ["lessonsLearned", "Lessons learned", "What went well, what did not, where we were lucky."],
  ["prevention", "Prevention", "What keeps it from happening again."],
];

const TONES = { draft: "warning", review: "info", published: "good" } as const;

/** The report of an incident: proposed by its timeline, written by people, each version kept. */
export function PostMortemPage() {
  const { id } = useParams({ from: "/incidents/$id/post-mortem" });
  const found = useQuery(postMortemQuery(id));
  return (
    <Stack maw={860}>
      <PageTitle>Post-mortem</PageTitle>
      <Group>
        <Anchor component={Link} to={`/incidents/${id}`} underline="always">
          The incident
        </Anchor>
        <Anchor href={`/api/incidents/${id}/post-mortem.md`} download={`${id}.md`} underline="always">
          Markdown
        </Anchor>
      </Group>
      <Awaited of={found} what="the post-mortem">
        {({ standing, versions }) => (
          <>
            <Editor key={standing.version} id={id} standing={standing} />
            <Versions versions={versions} />
          </>
        )}
      </Awaited>
    </Stack>
  );
}

interface EditorProps {
  readonly id: string;
  readonly standing: PostMortemView;
}

function Editor({ id, standing }: EditorProps) {
  const [sections, setSections] = useState(standing.sections);
  const queries = useQueryClient();
  const settle = { onSuccess: () => queries.invalidateQueries({ queryKey: ["incidents"] }) };
  const save = useMutation({
    mutationFn: () => savePostMortem(id, { version: standing.version, sections }),
    ...settle,
  });
  const move = useMutation({
    mutationFn: (state: PostMortemView["state"]) => movePostMortem(id, standing.version, state),
    ...settle,
  });
  const isChanged = standing.version === 0 || JSON.stringify(sections) !== JSON.stringify(standing.sections);
  return (
    <Stack>
      <Group gap="sm" role="status">
        <StateMark
          tone={TONES[standing.state]}
          word={standing.version === 0 ? "proposed by the timeline" : standing.state}
        />
        {standing.writtenAt !== null && (
          <Text c="dimmed">
            version {standing.version} by {standing.writtenBy?.name}, <Time at={standing.writtenAt} />
          </Text>
        )}
      </Group>
      {SECTIONS.map(([name, label, description]) => (
        <Textarea
          key={name}
          label={label}
          description={description}
          autosize
          minRows={2}
          value={sections[name]}
          onChange={(event) => {
            const { value } = event.currentTarget;
            setSections((before) => ({ ...before, [name]: value }));
          }}
        />
      ))}
      <Group>
        <Button disabled={!isChanged} loading={save.isPending} onClick={() => save.mutate()}>
          Save a version
        </Button>
        {standing.version > 0 && !isChanged && standing.state === "draft" && (
          <Button variant="default" loading={move.isPending} onClick={() => move.mutate("review")}>
            Ask for review
          </Button>
        )}
        {standing.version > 0 && !isChanged && standing.state === "review" && (
          <Button variant="default" loading={move.isPending} onClick={() => move.mutate("published")}>
            Publish
          </Button>
        )}
      </Group>
      <ProblemNotice error={save.error ?? move.error} />
    </Stack>
  );
}

function Versions({ versions }: { readonly versions: readonly PostMortemView[] }) {
  if (versions.length === 0) return null;
  return (
    <section aria-labelledby="versions">
      <Title order={2} size="h4" id="versions" mb="xs">
        Versions
      </Title>
      <List size="sm">
        {versions.map(({ version, state, writtenBy, writtenAt, digest }) => (
          <List.Item key={version}>
            {version}: {state}, {writtenBy?.name}, {writtenAt !== null && <Time at={writtenAt} />}{" "}
            <Text span size="xs" ff="monospace" c="dimmed">
              {digest?.slice(0, 16)}
            </Text>
          </List.Item>
        ))}
      </List>
    </section>
  );
}
