import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { useNavigate } from "@tanstack/react-router";
import { PLACES } from "./places.ts";

/** Ctrl or Cmd with K: go anywhere by typing a part of its name. */
export function Palette() {
  const navigate = useNavigate();
  const actions: SpotlightActionData[] = PLACES.map(({ to, label }) => ({
    id: to,
    label,
    description: "Page",
    onClick: () => void navigate({ to }),
  }));
  return (
    <Spotlight
      actions={actions}
      shortcut="mod + K"
      nothingFound="Nothing has that name"
      searchProps={{ placeholder: "Go to…", "aria-label": "Go to" }}
      limit={12}
      scrollable
    />
  );
}
