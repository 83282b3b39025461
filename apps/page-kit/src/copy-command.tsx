import { ActionIcon, Code, CopyButton, Group, Tooltip } from "@mantine/core";
import { CheckIcon, CopyIcon } from "./icons.tsx";

interface CopyCommandProps {
  readonly command: string;
  /** What the button does, for tooltip and screen reader. */
  readonly label?: string;
}

/** The exact command, with a button that copies it. Secrets are never part of it. */
export function CopyCommand({ command, label = "Copy the command" }: CopyCommandProps) {
  return (
    <Group gap={4} wrap="nowrap" align="flex-start">
      <Code block tabIndex={0} style={{ flex: 1, minWidth: 0, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {command}
      </Code>
      <CopyButton value={command}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? "Copied" : label} position="left">
            <ActionIcon variant="default" size={34} onClick={copy} aria-label={copied ? "Copied" : label}>
              {copied ? <CheckIcon /> : <CopyIcon />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
