import { ActionIcon, Code, CopyButton, Group, Tooltip } from "@mantine/core";

/** The exact command, with a button that copies it. Secrets are never part of it. */
export function CopyCommand({
  command,
  label = "Copy the command",
}: {
  readonly command: string;
  readonly label?: string;
}) {
  return (
    <Group gap={4} wrap="nowrap" align="flex-start">
      <Code block tabIndex={0} style={{ flex: 1, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {command}
      </Code>
      <CopyButton value={command}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? "Copied" : label}>
            <ActionIcon variant="default" size="lg" onClick={copy} aria-label={copied ? "Copied" : label}>
              {copied ? "✓" : "⧉"}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
