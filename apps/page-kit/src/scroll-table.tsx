import { Box, Table } from "@mantine/core";
import type { ReactNode } from "react";

interface ScrollTableProps {
  /** Names the table to screen readers. */
  readonly label: string;
  /** Below this width in pixels it scrolls in its place instead of squeezing its cells. */
  readonly minWidth: number;
  readonly maxHeight?: number;
  readonly dense?: boolean;
  /** Head and body. */
  readonly children: ReactNode;
}

/** A table that is wider than a small screen: its own place scrolls, by touch and by keyboard, and the page does not. */
export function ScrollTable({ label, minWidth, maxHeight, dense = false, children }: ScrollTableProps) {
  return (
    <Box
      className="scroll"
      tabIndex={0}
      role="group"
      aria-label={label}
      style={maxHeight === undefined ? undefined : { maxHeight, overflowY: "auto" }}
    >
      <Table miw={minWidth} verticalSpacing={dense ? 3 : "xs"} fz={dense ? 13 : "sm"}>
        {children}
      </Table>
    </Box>
  );
}
