import { actionWords } from "@assay/operations/api/schema/param-words";
import type { StepUpProofView } from "@assay/operations/api/schema/step-up";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { Notice } from "@assay/page-kit/notice.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { CodeField } from "@assay/page-kit/sign-in-fields.tsx";
import { Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { browserSupportsWebAuthn } from "@simplewebauthn/browser";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { type Parameter, parametersOf, readValues, typedSentence } from "./action-values.ts";
import { askWithPasskey, breakGlass, type Policy, performAction } from "./approvals-api.ts";
import { assayCommand } from "./command-line.ts";
import { Dialog } from "./dialog.tsx";
import { useSession } from "./session-api.ts";
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
  const hasPasskey = (useSession()?.person.passkeys ?? 0) > 0 && browserSupportsWebAuthn();
  const params = readValues(parameters, values);
  const perform = useMutation({
    mutationFn: async (stepUp: StepUpProofView | "passkey"): Promise<Outcome> => {
      const order = { system: policy.system, action: policy.action, params, reason };
      if (stepUp === "passkey") return await askWithPasskey(order);
      return isBreakGlass ? await breakGlass({ ...order, stepUp }) : await performAction({ ...order, stepUp });
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
  const asksOthers = policy.people > 1 && !isBreakGlass;
  const filled =
    target === policy.system &&
    reason.trim() !== "" &&
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
            <ParameterFields parameters={parameters} values={values} onChange={setValues} />
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
              {asksOthers ? (
                <RequesterCode key={round} onProof={setProof} />
              ) : (
                <StepUpField key={round} purpose={{ kind: "act" }} onProof={setProof} />
              )}
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
              {asksOthers && hasPasskey && (
                <Button
                  variant="default"
                  disabled={!filled}
                  loading={perform.isPending}
                  onClick={() => perform.mutate("passkey")}
                >
                  Ask for it with a passkey
                </Button>
              )}
              <Button
                type="submit"
                color="danger"
                disabled={!filled || proof === undefined}
                loading={perform.isPending}
              >
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

interface ParameterFieldsProps {
  readonly parameters: readonly Parameter[];
  readonly values: Readonly<Record<string, string>>;
  readonly onChange: (values: Record<string, string>) => void;
}

function ParameterFields({ parameters, values, onChange }: ParameterFieldsProps) {
  return parameters.map(({ name, description, choices, required }) => (
    <TextInput
      key={name}
      label={name.replaceAll("_", " ")}
      description={[description, choices?.join(" or ")].filter(Boolean).join(": ")}
      required={required}
      autoComplete="off"
      value={values[name] ?? ""}
      onChange={(event) => onChange({ ...values, [name]: event.currentTarget.value })}
    />
  ));
}

/** Whoever asks signs with a code now, or with a passkey once there is a digest to sign. */
function RequesterCode({ onProof }: { readonly onProof: (proof: StepUpProofView | undefined) => void }) {
  const [code, setCode] = useState("");
  const type = (typed: string) => {
    setCode(typed);
    onProof(/^\d{6}$/.test(typed) ? { totp: typed } : undefined);
  };
  return <CodeField value={code} onChange={type} />;
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
