import { Badge, Group, Kbd, NavLink, VisuallyHidden } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { alertsQuery } from "./alerts-api.ts";
import { approvalsQuery, isOpenApproval } from "./approvals-api.ts";
import { roundsQuery } from "./checklists-api.ts";
import { incidentsQuery } from "./incidents-api.ts";
import { PLACES, type PlacePath } from "./places.ts";

/** All pages, each with how much waits there. */
export function PageMenu({ path }: { readonly path: string }) {
  const counts = useCounts();
  return PLACES.map(({ to, label, key }) => (
    <NavLink
      key={to}
      component={Link}
      to={to}
      label={label}
      active={to === "/" ? path === "/" : path.startsWith(to)}
      rightSection={
        <Group gap={6} wrap="nowrap">
          <Count of={counts[to] ?? 0} />
          <Kbd size="xs" visibleFrom="sm" aria-hidden>{`g ${key}`}</Kbd>
        </Group>
      }
    />
  ));
}

function useCounts(): Partial<Record<PlacePath, number>> {
  const { data: alerts } = useQuery(alertsQuery("current"));
  const { data: incidents } = useQuery(incidentsQuery("current"));
  const { data: approvals } = useQuery(approvalsQuery);
  const { data: rounds } = useQuery(roundsQuery("open"));
  return {
    "/checklists": rounds?.length ?? 0,
    "/alerts": alerts?.filter(({ state }) => state === "firing").length ?? 0,
    "/incidents": incidents?.length ?? 0,
    "/approvals": approvals?.filter(isOpenApproval).length ?? 0,
  };
}

function Count({ of: count }: { readonly of: number }) {
  if (count === 0) return null;
  return (
    <Badge size="sm" circle={count < 10} color="danger" variant="filled">
      {count}
      <VisuallyHidden> open</VisuallyHidden>
    </Badge>
  );
}
