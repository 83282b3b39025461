import { peopleSchema } from "@assay/operations/api/schema/identity";
import { request } from "@assay/page-kit/request.ts";
import { queryOptions, useQuery } from "@tanstack/react-query";

const optionsQuery = queryOptions({
  queryKey: ["people", "options"],
  staleTime: 60_000,
  queryFn: async () => (await request("/api/people", { schema: peopleSchema })).people,
});

/** Whoever works here, to choose from. */
export function usePeopleOptions(): { readonly value: string; readonly label: string }[] {
  const { data: people = [] } = useQuery(optionsQuery);
  return people.filter(({ state }) => state === "active").map(({ id, name }) => ({ value: id, label: name }));
}
