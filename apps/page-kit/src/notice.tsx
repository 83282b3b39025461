import { Box, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { StateMark, type Tone, toneColor } from "./state-mark.tsx";

interface NoticeProps {
  readonly tone: Tone;
  readonly title: string;
  /** `alert` interrupts a screen reader, `status` waits for its turn; left out, it is read in place. */
  readonly role?: "alert" | "status";
  readonly children?: ReactNode;
}

/** A box that says how bad something is by word, shape and colour; it stays where it matters until it is over. */
export function Notice({ tone, title, role, children }: NoticeProps) {
  return (
    <Box
      role={role}
      p="sm"
      bg="var(--mantine-color-body)"
      fz="sm"
      style={{
        border: `1px solid ${toneColor(tone)}`,
        borderInlineStartWidth: 5,
        borderRadius: "var(--mantine-radius-default)",
        overflowWrap: "anywhere",
      }}
    >
      <Text component="div" fw={650}>
        <StateMark tone={tone} word={title} strong />
      </Text>
      {children !== undefined && <Box mt={4}>{children}</Box>}
    </Box>
  );
}
