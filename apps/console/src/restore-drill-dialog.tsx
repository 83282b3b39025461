import type { BackupStateView } from "@assay/operations/api/schema/backups";
import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { beginBackup } from "./backups-api.ts";
import { assayCommand } from "./command-line.ts";
import { Dialog } from "./dialog.tsx";

interface RestoreDrillDialogProps {
  readonly backup: BackupStateView;
  readonly onClose: () => void;
}

/** Says what will happen and asks for the target, as every dialog does that makes a system work hard. */
export function RestoreDrillDialog({ backup, onClose }: RestoreDrillDialogProps) {
  const { system, name, title, copies } = backup;
  const [copy, setCopy] = useState(copies[0]?.name ?? "");
  const [target, setTarget] = useState("");
  const queries = useQueryClient();
  const begin = useMutation({
    mutationFn: () => beginBackup({ system, backup: name, what: "drill", copy }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["backups"] });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    begin.mutate();
  };
  return (
    <Dialog opened onClose={onClose} title={`Drill a restore of ${title}`} size="lg">
      <form onSubmit={submit}>
        <Stack>
          <Text>
            The copy is restored into a scratch place beside the live data, brought up to the end of the archived log,
            compared, measured, and removed again. The live data are only read.
          </Text>
          <NativeSelect
            label="Copy"
            value={copy}
            onChange={(event) => setCopy(event.currentTarget.value)}
            data={copies.map((one) => ({ value: one.name, label: `${one.name} (${one.verification})` }))}
          />
          <TextInput
            label={`Type ${system}`}
            autoComplete="off"
            value={target}
            onChange={(event) => setTarget(event.currentTarget.value.trim())}
          />
          <CopyCommand command={assayCommand("backup", "drill", system, copy)} />
          <ProblemNotice error={begin.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Do nothing
            </Button>
            <Button type="submit" disabled={target !== system || copy === ""} loading={begin.isPending}>
              Restore into the scratch place
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
