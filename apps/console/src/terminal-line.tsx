import { CopyCommand } from "@assay/page-kit/copy-command.tsx";
import { Box, Text } from "@mantine/core";

/** What a button does, as a command; folded away where many buttons stand together. */
export function TerminalLine({ command }: { readonly command: string }) {
  return (
    <Box component="details" mt="xs">
      <Text component="summary" size="sm" c="dimmed" style={{ cursor: "pointer" }}>
        The same from a terminal
      </Text>
      <CopyCommand command={command} />
    </Box>
  );
}
