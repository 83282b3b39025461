import { type CSSVariablesResolver, createTheme, type MantineColorsTuple, Text } from "@mantine/core";

// A quiet slate-blue; states carry their own colours and are never told by colour alone.
const assay: MantineColorsTuple = [
  "#eef3fb",
  "#dbe4f1",
  "#b4c6e2",
  "#8aa6d3",
  "#678ac6",
  "#5179be",
  "#4570bb",
  "#3560a6",
  "#2b5594",
  "#1c4984",
];

/** One shade for all: a button's ground that white text is read on, in light and in dark colours. */
const solid = (shade: string) => Array.from({ length: 10 }, () => shade) as unknown as MantineColorsTuple;

export const theme = createTheme({
  primaryColor: "assay",
  primaryShade: { light: 8, dark: 6 },
  colors: { assay, buy: solid("#17703a"), sell: solid("#b3152a"), danger: solid("#b3152a") },
  autoContrast: true,
  luminanceThreshold: 0.32,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  headings: { fontWeight: "650" },
  defaultRadius: "sm",
  focusRing: "auto",
  respectReducedMotion: true,
  cursorType: "pointer",
  components: { Text: Text.extend({ defaultProps: { size: "sm" } }) },
});

/** Colours that are read easily (4.5 : 1 and more, also on the page's ground), for `MantineProvider`. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#566070",
    "--mantine-color-placeholder": "#66707e",
    "--mantine-color-error": "#b3152a",
    "--page-ground": "#f4f6f9",
    "--buy": "#17703a",
    "--buy-shade": "#17703a1f",
    "--sell": "#b3152a",
    "--sell-shade": "#b3152a1a",
  },
  dark: {
    "--mantine-color-dimmed": "#a9b3c0",
    "--mantine-color-placeholder": "#98a2af",
    "--mantine-color-error": "#ff8a93",
    "--mantine-color-anchor": "#8fb4ea",
    "--page-ground": "#191a1d",
    "--buy": "#5fd38d",
    "--buy-shade": "#5fd38d26",
    "--sell": "#ff8a93",
    "--sell-shade": "#ff8a9326",
  },
});
