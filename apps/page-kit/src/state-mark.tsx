import { Group, Text } from "@mantine/core";

/** How good or bad something is; every page uses these and no other. */
export type Tone = "good" | "info" | "warning" | "high" | "critical" | "unknown" | "neutral";

// A shape for each tone, so that the mark reads in greyscale and to those who cannot tell red from green.
const MARKS: Record<Tone, { readonly shape: string; readonly light: string; readonly dark: string }> = {
  good: { shape: "●", light: "#1b7a3d", dark: "#5fd38d" },
  info: { shape: "ℹ", light: "#1c5fb0", dark: "#7ab8ff" },
  warning: { shape: "▲", light: "#8a5a00", dark: "#ffd166" },
  high: { shape: "◆", light: "#b3470a", dark: "#ff9e5e" },
  critical: { shape: "■", light: "#b3152a", dark: "#ff7a85" },
  unknown: { shape: "?", light: "#5b4a8a", dark: "#c3b3f0" },
  neutral: { shape: "○", light: "#4b5563", dark: "#b6bec9" },
};

/** A word with its shape and colour. */
export function StateMark({
  tone,
  word,
  strong = false,
}: {
  readonly tone: Tone;
  readonly word: string;
  readonly strong?: boolean;
}) {
  const mark = MARKS[tone];
  const color = `light-dark(${mark.light}, ${mark.dark})`;
  return (
    <Group component="span" gap={6} wrap="nowrap" display="inline-flex">
      <Text span aria-hidden inherit style={{ color }}>
        {mark.shape}
      </Text>
      <Text span inherit fw={strong ? 650 : 500} style={{ color }}>
        {word}
      </Text>
    </Group>
  );
}
