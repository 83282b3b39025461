import { Group, Text } from "@mantine/core";

/** How good or bad something is; every page uses these and no other. */
export type Tone = "good" | "info" | "warning" | "high" | "critical" | "unknown" | "neutral";

interface Mark {
  readonly light: string;
  readonly dark: string;
  /** Path in a box of 12 by 12. */
  readonly shape: string;
  readonly hollow?: true;
}

// A shape for each tone, so that the mark reads in greyscale and to those who cannot tell red from green.
export const MARKS: Record<Tone, Mark> = {
  good: { shape: "M6 1a5 5 0 1 0 0 10A5 5 0 1 0 6 1z", light: "#1b7a3d", dark: "#5fd38d" },
  info: { shape: "M1.5 1.5h9M1.5 6h9M1.5 10.5h6", hollow: true, light: "#1c5fb0", dark: "#7ab8ff" },
  warning: { shape: "M6 1l5.4 9.8H.6z", light: "#8a5a00", dark: "#ffd166" },
  high: { shape: "M6 .4L11.6 6 6 11.6.4 6z", light: "#b3470a", dark: "#ff9e5e" },
  critical: { shape: "M.8.8h10.4v10.4H.8z", light: "#b3152a", dark: "#ff7a85" },
  unknown: {
    shape: "M3.2 4A2.8 2.8 0 1 1 7 6.6C6.2 7 6 7.4 6 8.1M6 10.6v.4",
    hollow: true,
    light: "#5b4a8a",
    dark: "#c3b3f0",
  },
  neutral: {
    shape: "M6 1.6a4.4 4.4 0 1 0 0 8.8 4.4 4.4 0 1 0 0-8.8z",
    hollow: true,
    light: "#4b5563",
    dark: "#b6bec9",
  },
};

/** The tone's colour in both schemes, for CSS. */
export function toneColor(tone: Tone): string {
  return `light-dark(${MARKS[tone].light}, ${MARKS[tone].dark})`;
}

interface StateMarkProps {
  readonly tone: Tone;
  readonly word: string;
  readonly strong?: boolean;
}

/** A word with its shape and colour. */
export function StateMark({ tone, word, strong = false }: StateMarkProps) {
  const { shape, hollow } = MARKS[tone];
  return (
    <Group component="span" gap="0.4em" wrap="nowrap" display="inline-flex" style={{ color: toneColor(tone) }}>
      <svg width="0.72em" height="0.72em" viewBox="0 0 12 12" aria-hidden="true" style={{ flexShrink: 0 }}>
        <path
          d={shape}
          fill={hollow ? "none" : "currentColor"}
          stroke={hollow ? "currentColor" : "none"}
          strokeWidth={1.8}
          strokeLinecap="round"
        />
      </svg>
      <Text span inherit fw={strong ? 650 : 500}>
        {word}
      </Text>
    </Group>
  );
}
