import { Group, Loader, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Notice } from "./notice.tsx";
import { ProblemNotice } from "./problem-notice.tsx";
import { Time } from "./time.tsx";

/** The part of a query that says how far it is. */
export interface Awaiting<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  /** Milliseconds since the epoch. */
  readonly dataUpdatedAt: number;
}

interface AwaitedProps<T> {
  readonly of: Awaiting<T>;
  /** What is being fetched, as in "Loading the alerts …". */
  readonly what: string;
  readonly children: (data: T) => ReactNode;
}

/** Never an empty place: it is loading, or it failed, or here it is, and if it could not be renewed, how old it is. */
export function Awaited<T>({ of: query, what, children }: AwaitedProps<T>) {
  const { data, error } = query;
  if (data === undefined) return error === null ? <Loading what={what} /> : <ProblemNotice error={error} />;
  return (
    <>
      {error !== null && <Stale since={query.dataUpdatedAt} error={error} />}
      {children(data)}
    </>
  );
}

export function Loading({ what }: { readonly what: string }) {
  return (
    <Group gap="xs" role="status">
      <Loader size="xs" aria-hidden />
      <Text c="dimmed">Loading {what} …</Text>
    </Group>
  );
}

function Stale({ since, error }: { readonly since: number; readonly error: Error }) {
  return (
    <Notice tone="unknown" role="status" title="This is old">
      <Text>
        Last known <Time at={new Date(since).toISOString()} />. {error.message}
      </Text>
    </Notice>
  );
}
