import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { PLACES } from "./places.ts";
import { runbooksQuery } from "./runbooks-api.ts";
import { systemsQuery } from "./systems-api.ts";

/** Ctrl or Cmd with K: go anywhere by typing a part of its name. Nothing dangerous happens from here, it only leads there. */
export function Palette() {
  const navigate = useNavigate();
  const { data: runbooks } = useQuery(runbooksQuery);
  const { data: systems } = useQuery(systemsQuery);
  const entry = (to: string, label: string, description: string): SpotlightActionData => ({
    id: to,
    label,
    description,
    onClick: () => void navigate({ to }),
  });
  const actions = [
    ...PLACES.map(({ to, label }) => entry(to, label, "Page")),
    ...(systems?.systems ?? []).map(({ id, title }) => entry(`/systems/${id}`, title, "System")),
    ...(runbooks ?? []).map(({ id, title }) => entry(`/runbooks/${id}`, title, "Runbook")),
  ];
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
