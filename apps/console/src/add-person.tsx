import type { StepUpProofView } from "@assay/operations/api/schema/step-up";
import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Button, Card, Code, Group, MultiSelect, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { performAction } from "./approvals-api.ts";
import { assayCommand } from "./command-line.ts";
import { addPerson, needsOthers, type PersonView, ROLES } from "./people-api.ts";
import { StepUpField } from "./step-up-field.tsx";
import { TerminalLine } from "./terminal-line.tsx";

/** Lets somebody in: alone where nobody could agree or the roles sign nothing, and by asking the others otherwise. */
export function AddPerson({ people }: { readonly people: readonly PersonView[] }) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [roles, setRoles] = useState<string[]>(["viewer"]);
  const [reason, setReason] = useState("");
  const [proof, setProof] = useState<StepUpProofView>();
  const queries = useQueryClient();
  const asksOthers = needsOthers(roles, people);
  const add = useMutation({
    mutationFn: async () => {
      if (!asksOthers) return { added: await addPerson({ name, email, roles, stepUp: proof }) };
      const params = { email, name, roles: roles.join(",") };
      const stepUp = proof === undefined ? {} : { stepUp: proof };
      const action = "operations.person.add";
      return { asked: await performAction({ system: "operations", action, params, reason, ...stepUp }) };
    },
    onSettled: async () => {
      setProof(undefined);
      await queries.invalidateQueries({ queryKey: ["people"] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Card withBorder component="section" aria-labelledby="add">
      <form onSubmit={submit}>
        <Stack align="flex-start">
          <Title order={2} size="h4" id="add">
            Add somebody
          </Title>
          <Group align="flex-end">
            <TextInput label="Name" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
            <TextInput
              label="E-mail"
              type="email"
              required
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <MultiSelect label="Roles" required data={ROLES} value={roles} onChange={setRoles} miw={220} />
          </Group>
          {asksOthers && (
            <>
              <Text size="sm">There is another admin, so somebody else must agree to these roles.</Text>
              <Textarea
                label="Reason"
                description="Whoever agrees reads it."
                required
                autosize
                w="100%"
                maw={480}
                value={reason}
                onChange={(event) => setReason(event.currentTarget.value)}
              />
            </>
          )}
          <StepUpField key={add.submittedAt} purpose={{ kind: "act" }} onProof={setProof} label="Your six-digit code" />
          <TerminalLine
            command={assayCommand(
              ...["action", "operations.person.add", `email=${email || "…"}`, `name=${name || "…"}`],
              ...[`roles=${roles.join(",")}`, "--reason", reason || "…"],
            )}
          />
          <ProblemNotice error={add.error} />
          <Button type="submit" disabled={proof === undefined} loading={add.isPending}>
            {asksOthers ? "Ask for it" : "Add"}
          </Button>
          {add.data?.added !== undefined && <CodeNotice added={add.data.added} />}
          {add.data?.asked !== undefined && "approval_id" in add.data.asked && (
            <Notice tone="warning" role="status" title={`Now somebody else must approve. Code ${add.data.asked.code}`}>
              <Button component={Link} to={`/approvals/${add.data.asked.approval_id}`}>
                See the request
              </Button>
            </Notice>
          )}
        </Stack>
      </form>
    </Card>
  );
}

/** The one-time code, which nobody sees again. */
export function CodeNotice({ added }: { readonly added: Awaited<ReturnType<typeof addPerson>> }) {
  return (
    <Notice tone="good" role="status" title={`Give ${added.person.name} this code; it is shown once`}>
      <Code block data-testid="enrolment-code">
        {added.enrolmentCode}
      </Code>
      <Text size="sm">
        Good until <Time at={added.expiresAt} />. They choose "I have a code" on the sign-in page.
      </Text>
    </Notice>
  );
}
