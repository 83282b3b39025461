import type { StepUpProofView } from "@assay/operations/api/schema/step-up";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Checkbox, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type PlannedStepView, type RunView, signStep } from "./runbooks-api.ts";
import { StepUpField } from "./step-up-field.tsx";

/** A list that a person goes through, or an action that one person may sign. */
export function StepSignForm({ run, step }: { readonly run: RunView; readonly step: PlannedStepView }) {
  const [done, setDone] = useState<readonly boolean[]>(step.items.map(() => false));
  const [notes, setNotes] = useState<readonly string[]>(step.items.map(() => ""));
  const [proof, setProof] = useState<StepUpProofView>();
  const [tries, setTries] = useState(0);
  const [target, setTarget] = useState("");
  const queries = useQueryClient();
  const isAction = step.kind === "action";
  const isDanger = step.effect === "danger";
  const sign = useMutation({
    mutationFn: () =>
      signStep(run.id, step.name, {
        items: step.items.map((_, index) => ({
          done: done[index] ?? false,
          ...(notes[index] ? { note: notes[index] } : {}),
        })),
        ...(isAction && proof !== undefined ? { stepUp: proof } : {}),
      }),
    onError: () => {
      // A proof works once.
      setProof(undefined);
      setTries((before) => before + 1);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["runs"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    sign.mutate();
  };
  const ready = isAction
    ? proof !== undefined && (!isDanger || target === run.system)
    : step.items.every((item, index) => done[index] && (!item.noteRequired || (notes[index] ?? "").trim() !== ""));
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {step.items.map((item, index) => (
          <Stack key={item.text} gap={4}>
            <Checkbox
              label={item.text}
              checked={done[index] ?? false}
              onChange={(event) => setDone(done.with(index, event.currentTarget.checked))}
            />
            {item.noteRequired && (
              <TextInput
                label="Note"
                value={notes[index] ?? ""}
                onChange={(event) => setNotes(notes.with(index, event.currentTarget.value))}
                maw={480}
                ml={32}
              />
            )}
          </Stack>
        ))}
        {isDanger && (
          <TextInput
            label={`Type ${run.system}`}
            autoComplete="off"
            maw={220}
            value={target}
            onChange={(event) => setTarget(event.currentTarget.value.trim())}
          />
        )}
        {isAction && <StepUpField key={tries} purpose={{ kind: "act" }} onProof={setProof} />}
        <ProblemNotice error={sign.error} />
        <Button
          type="submit"
          w="fit-content"
          color={isAction ? "danger" : "assay"}
          disabled={!ready}
          loading={sign.isPending}
        >
          {isAction ? "Sign and do it" : "Sign"}
        </Button>
      </Stack>
    </form>
  );
}
