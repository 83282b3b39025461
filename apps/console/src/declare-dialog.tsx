import { incidentSeveritySchema } from "@assay/operations/api/schema/incidents";
import { SEVERITIES } from "@assay/operations/api/schema/severity";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, NativeSelect, Radio, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { assayCommand } from "./command-line.ts";
import { Dialog } from "./dialog.tsx";
import { declareIncident } from "./incidents-api.ts";
import { systemsQuery } from "./systems-api.ts";

/** Somebody saw it before any alert did. */
export function DeclareDialog({ onClose }: { readonly onClose: () => void }) {
  const { data: systems } = useQuery(systemsQuery);
  const [title, setTitle] = useState("");
  const [chosen, setSystem] = useState<string>();
  const [severity, setSeverity] = useState("P2");
  const [note, setNote] = useState("");
  const system = chosen ?? systems?.systems[0]?.id ?? "";
  const navigate = useNavigate();
  const queries = useQueryClient();
  const declare = useMutation({
    mutationFn: () => declareIncident({ title, system, severity, note }),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ["incidents"] });
      await navigate({ to: `/incidents/${id}` });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    declare.mutate();
  };
  return (
    <Dialog opened onClose={onClose} title="Declare an incident" size="lg">
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="What is wrong?"
            description="One sentence, as users feel it."
            required
            minLength={3}
            maxLength={200}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <NativeSelect
            label="System"
            data={(systems?.systems ?? []).map(({ id, title: name }) => ({ value: id, label: name }))}
            value={system}
            onChange={(event) => setSystem(event.currentTarget.value)}
          />
          <SeverityChoice value={severity} onChange={setSeverity} />
          <Textarea
            label="What is known?"
            autosize
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <CopyCommand
            command={assayCommand("incident", "declare", title || "…", "--system", system, "--severity", severity)}
          />
          <Button type="submit" loading={declare.isPending}>
            Declare
          </Button>
          <ProblemNotice error={declare.error} />
        </Stack>
      </form>
    </Dialog>
  );
}

interface SeverityChoiceProps {
  readonly value: string;
  readonly onChange: (severity: string) => void;
}

/** The four severities with the words that runbooks use for them. */
export function SeverityChoice({ value, onChange }: SeverityChoiceProps) {
  return (
    <Radio.Group label="How bad?" value={value} onChange={onChange}>
      <Stack gap={6} mt={4}>
        {incidentSeveritySchema.options.map((one) => {
          const { word, level, meaning, respondWithinMs } = SEVERITIES[one];
          const minutes = respondWithinMs / 60_000;
          const within = minutes < 60 ? `${minutes} min` : `${minutes / 60} h`;
          return (
            <Radio
              key={one}
              value={one}
              label={`${one} · ${word} · ${level}`}
              description={`${meaning}; answered within ${within}`}
            />
          );
        })}
      </Stack>
    </Radio.Group>
  );
}
