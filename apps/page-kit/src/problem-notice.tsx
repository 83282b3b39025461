import { List, Text } from "@mantine/core";
import { Notice } from "./notice.tsx";
import { Problem } from "./request.ts";

/** Says what went wrong, where, and under which request number support finds it. */
export function ProblemNotice({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null;
  const details = error instanceof Problem ? error.details : undefined;
  return (
    <Notice tone="critical" role="alert" title={details?.title ?? "Something went wrong in this page"}>
      <Text size="sm">{error instanceof Error ? error.message : String(error)}</Text>
      {details?.errors !== undefined && (
        <List size="sm">
          {details.errors.map(({ path, message }) => (
            <List.Item key={`${path} ${message}`}>
              {path}: {message}
            </List.Item>
          ))}
        </List>
      )}
      <Text size="xs" mt={4}>
        {[details?.code, details?.request_id].filter(Boolean).join(" · ")}
      </Text>
    </Notice>
  );
}
