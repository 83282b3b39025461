import type { StepUpProofView } from "@assay/operations/api/schema/step-up";
import { Awaited } from "@assay/page-kit/awaited.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Group, List, MultiSelect, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { CodeNotice } from "./add-person.tsx";
import { performAction } from "./approvals-api.ts";
import { assayCommand } from "./command-line.ts";
import { curlCommand } from "./curl-command.ts";
import { Dialog } from "./dialog.tsx";
import {
  changeRoles,
  heldQuery,
  needsOthers,
  type PersonView,
  ROLES,
  removePerson,
  renewInvitation,
} from "./people-api.ts";
import { StepUpField } from "./step-up-field.tsx";
import { TerminalLine } from "./terminal-line.tsx";
import { TurnsOnCall } from "./turns-on-call.tsx";

interface DialogProps {
  readonly person: PersonView;
  readonly onClose: () => void;
}

/** What every change of a person asks for: a proof, which works once. */
function useChange<T>(change: (proof: StepUpProofView | undefined) => Promise<T>, onDone: (done: T) => void) {
  const [proof, setProof] = useState<StepUpProofView>();
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: () => change(proof),
    onSuccess: async (done) => {
      await queries.invalidateQueries({ queryKey: ["people"] });
      onDone(done);
    },
    onSettled: () => setProof(undefined),
  });
  const field = (
    <StepUpField key={mutation.submittedAt} purpose={{ kind: "act" }} onProof={setProof} label="Your six-digit code" />
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutation.mutate();
  };
  return { mutation, field, submit, isProved: proof !== undefined };
}

function Buttons({ onClose, children }: { readonly onClose: () => void; readonly children: ReactNode }) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onClose}>
        Do nothing
      </Button>
      {children}
    </Group>
  );
}

export function RolesDialog({ person, people, onClose }: DialogProps & { readonly people: readonly PersonView[] }) {
  const [roles, setRoles] = useState<string[]>([...person.roles]);
  const [reason, setReason] = useState("");
  const gained = roles.filter((role) => !person.roles.some((held) => held === role));
  const asksOthers = needsOthers(gained, people);
  const change = useChange(
    async (proof) => {
      if (!asksOthers) return { changed: await changeRoles(person.id, roles, proof) };
      const params = { person: person.email, roles: roles.join(",") };
      const stepUp = proof === undefined ? {} : { stepUp: proof };
      const action = "operations.person.change_roles";
      return { asked: await performAction({ system: "operations", action, params, reason, ...stepUp }) };
    },
    ({ asked }) => {
      if (asked === undefined) onClose();
    },
  );
  const asked = change.mutation.data?.asked;
  return (
    <Dialog opened onClose={onClose} title={`Roles of ${person.name}`}>
      <form onSubmit={change.submit}>
        <Stack>
          <MultiSelect label="Roles" required data={ROLES} value={roles} onChange={setRoles} />
          <Text size="sm">They count from the next call, and tokens given before end within five seconds.</Text>
          {asksOthers && (
            <Textarea
              label="Reason"
              description="There is another admin, so somebody else must agree; they read it."
              required
              autosize
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          )}
          {change.field}
          <TerminalLine
            command={assayCommand(
              ...["action", "operations.person.change_roles", `person=${person.email}`],
              ...[`roles=${roles.join(",")}`, "--reason", reason || "…"],
            )}
          />
          <ProblemNotice error={change.mutation.error} />
          {asked !== undefined && "approval_id" in asked && (
            <Notice tone="warning" role="status" title={`Now somebody else must approve. Code ${asked.code}`}>
              <Button component={Link} to={`/approvals/${asked.approval_id}`} onClick={onClose}>
                See the request
              </Button>
            </Notice>
          )}
          <Buttons onClose={onClose}>
            <Button type="submit" disabled={!change.isProved || roles.length === 0} loading={change.mutation.isPending}>
              {asksOthers ? "Ask for it" : "Change"}
            </Button>
          </Buttons>
        </Stack>
      </form>
    </Dialog>
  );
}

export function InvitationDialog({ person, onClose }: DialogProps) {
  const renew = useChange(
    (proof) => renewInvitation(person.id, proof),
    () => undefined,
  );
  return (
    <Dialog opened onClose={onClose} title={`A new code for ${person.name}`}>
      <form onSubmit={renew.submit}>
        <Stack>
          <Text>The code from before works no more.</Text>
          {renew.field}
          <ProblemNotice error={renew.mutation.error} />
          {renew.mutation.data !== undefined && <CodeNotice added={renew.mutation.data} />}
          <TerminalLine command={curlCommand("POST", `/api/people/${person.id}/invitation`, { totp: "…" })} />
          <Buttons onClose={onClose}>
            <Button type="submit" disabled={!renew.isProved} loading={renew.mutation.isPending}>
              Make the code
            </Button>
          </Buttons>
        </Stack>
      </form>
    </Dialog>
  );
}

/** Shows what ends before it ends. */
export function RemoveDialog({ person, onClose }: DialogProps) {
  const [typed, setTyped] = useState("");
  const held = useQuery(heldQuery(person.id));
  const remove = useChange((proof) => removePerson(person.id, proof), onClose);
  return (
    <Dialog opened onClose={onClose} title={`Remove ${person.name}`} size="lg">
      <form onSubmit={remove.submit}>
        <Stack>
          <Text>
            Every access ends at once, and every system refuses their tokens within five seconds. What they asked others
            to approve is cancelled. What they did stays in the log.
          </Text>
          <Awaited of={held} what="what they hold">
            {({ sessions, passkeys, apiKeys, linked }) => (
              <List size="sm">
                <List.Item>
                  Sessions that end: {sessions}. Passkeys that sign no more: {passkeys}.
                </List.Item>
                <List.Item>
                  {apiKeys.length === 0
                    ? "No machine uses a key that they made."
                    : `Keys that they made end; these machines need new ones: ${apiKeys.join(", ")}.`}
                </List.Item>
                {linked && <List.Item>Their account at the identity provider signs in no more.</List.Item>}
                <TurnsOnCall personId={person.id} />
              </List>
            )}
          </Awaited>
          <TextInput
            label={`Type ${person.email}`}
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value.trim())}
          />
          {remove.field}
          <TerminalLine
            command={assayCommand("action", "operations.person.remove", `person=${person.email}`, "--reason", "…")}
          />
          <ProblemNotice error={remove.mutation.error} />
          <Buttons onClose={onClose}>
            <Button
              type="submit"
              color="danger"
              disabled={typed !== person.email || !remove.isProved}
              loading={remove.mutation.isPending}
            >
              Remove
            </Button>
          </Buttons>
        </Stack>
      </form>
    </Dialog>
  );
}
