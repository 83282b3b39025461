import { actionWords } from "@assay/operations/api/schema/param-words";
import type { StepUpProofView } from "@assay/operations/api/schema/step-up";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { parametersOf, readValues, typedSentence } from "./action-values.ts";
import { breakGlass, type Policy, performAction } from "./approvals-api.ts";
import { assayCommand } from "./command-line.ts";
import { Dialog } from "./dialog.tsx";
import { StepUpField } from "./step-up-field.tsx";

interface ActionDialogProps {
  readonly policy: Policy;
  /** Break-glass asks nobody else, whatever the policy says. */
  readonly isBreakGlass?: boolean;
  readonly onClose: () => void;
}

/** Asks for everything an action needs; the target must be typed, and no button is the default one. */
export function ActionDialog({ policy, isBreakGlass = false, onClose }: ActionDialogProps) {
  const parameters = parametersOf(policy);
  const [values, setValues] = useState<Record<string, string>>({});
  const [reason, setReason] = useState("");
  const [proof, setProof] = useState<StepUpProofView>();
  const [round, setRound] = useState(0);
  const [target, setTarget] = useState("");
  const queries = useQueryClient();
  const params = readValues(parameters, values);
  const perform = useMutation({
    mutationFn: async (stepUp: StepUpProofView): Promise<Outcome> => {
      const order = { system: policy.system, action: policy.action, params, reason, stepUp };
      return isBreakGlass ? await breakGlass(order) : await performAction(order);
    },
    // A proof works once, whatever came of it.
    onSettled: () => {
      setProof(undefined);
      setRound(round + 1);
      return queries.invalidateQueries();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (proof !== undefined) perform.mutate(proof);
  };
  const ready =
    target === policy.system &&
    reason.trim() !== "" &&
    proof !== undefined &&
    parameters.every(({ name, required }) => !required || (values[name] ?? "") !== "");
  const command = assayCommand(
    ...actionWords(policy.action, { params, reason: reason || "…" }),
    ...(isBreakGlass ? ["--break-glass"] : []),
  );
  return (
    <Dialog opened onClose={onClose} title={isBreakGlass ? `Break-glass: ${policy.title}` : policy.title} size="lg">
      {perform.data === undefined ? (
        <form onSubmit={submit}>
          <Stack>
            <About policy={policy} isBreakGlass={isBreakGlass} sentence={typedSentence(policy.sentence, values)} />
            {parameters.map((parameter) => (
              <TextInput
                key={parameter.name}
                label={parameter.name.replaceAll("_", " ")}
                description={[parameter.description, parameter.choices?.join(" or ")].filter(Boolean).join(": ")}
                required={parameter.required}
                autoComplete="off"
                value={values[parameter.name] ?? ""}
                onChange={(event) => setValues({ ...values, [parameter.name]: event.currentTarget.value })}
              />
            ))}
            <Textarea
              label="Reason"
              description="Everyone who is paged reads it."
              required
              autosize
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <Group grow align="flex-end" preventGrowOverflow={false}>
              <TextInput
                label={`Type ${policy.system}`}
                autoComplete="off"
                value={target}
                onChange={(event) => setTarget(event.currentTarget.value.trim())}
              />
              <StepUpField key={round} purpose={{ kind: "act" }} onProof={setProof} />
            </Group>
            <div>
              <Text c="dimmed" mb={4}>
                The same from a terminal:
              </Text>
              <CopyCommand command={command} />
            </div>
            <ProblemNotice error={perform.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Do nothing
              </Button>
              <Button type="submit" color="danger" disabled={!ready} loading={perform.isPending}>
                {policy.people === 1 || isBreakGlass ? policy.title : "Ask for it"}
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <OutcomeNotice outcome={perform.data} onClose={onClose} />
      )}
    </Dialog>
  );
}

interface AboutProps {
  readonly policy: Policy;
  readonly isBreakGlass: boolean;
  readonly sentence: string;
}

function About({ policy, isBreakGlass, sentence }: AboutProps) {
  return (
    <>
      <Text fw={650} size="md" style={{ overflowWrap: "anywhere" }}>
        {sentence}
      </Text>
      <Text>{policy.blastRadius}</Text>
      {isBreakGlass && (
        <Notice tone="critical" title="You do this alone">
          Nobody is asked. Everybody is called at once, and somebody else must review it within 24 hours.
        </Notice>
      )}
      <Text size="sm">
        {!isBreakGlass &&
          (policy.people === 1
            ? "One person is enough. "
            : `${policy.people} people must agree: you and ${policy.people - 1} more. `)}
        Undone by: {policy.undo}
      </Text>
    </>
  );
}

type Outcome = Awaited<ReturnType<typeof performAction>>;

function OutcomeNotice({ outcome, onClose }: { readonly outcome: Outcome; readonly onClose: () => void }) {
  if ("approval_id" in outcome) {
    return (
      <Notice tone="warning" role="status" title={`Now somebody else must approve. Code ${outcome.code}`}>
        <Button component={Link} to={`/approvals/${outcome.approval_id}`} onClick={onClose}>
          See the request
        </Button>
      </Notice>
    );
  }
  const done = outcome.status === "executed";
  return (
    <Notice tone={done ? "good" : "critical"} role="status" title={done ? "Done" : "It was not done"}>
      <Text>{outcome.run.outcome?.code}</Text>
    </Notice>
  );
}
