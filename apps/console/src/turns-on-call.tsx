import { List } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { onCallQuery, scheduleQuery } from "./on-call-api.ts";

/** Where somebody has turns on call, for whoever is about to remove them: nobody is called in their place. */
export function TurnsOnCall({ personId }: { readonly personId: string }) {
  const { data: now } = useQuery(onCallQuery);
  const details = useQueries({ queries: (now?.schedules ?? []).map(({ id }) => scheduleQuery(id)) });
  const isLoading = now === undefined || details.some(({ data }) => data === undefined);
  const theirs = details.flatMap(({ data }) => {
    const turns = data?.shifts.filter(({ person }) => person?.id === personId).length ?? 0;
    return data === undefined || turns === 0 ? [] : [{ ...data.schedule, turns }];
  });
  if (isLoading) return <List.Item>Looking for their turns on call …</List.Item>;
  if (theirs.length === 0) return <List.Item>They have no turns on call.</List.Item>;
  return theirs.map(({ id, title, turns }) => (
    <List.Item key={id}>
      Nobody takes their {turns} turns in {title}, and everyone is called instead:{" "}
      <Link to="/on-call">give them to somebody</Link>.
    </List.Item>
  ));
}
