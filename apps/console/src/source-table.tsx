import { Notice } from "@assay/page-kit/notice.tsx";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { Time } from "@assay/page-kit/time.tsx";
import { Anchor, Card, Code, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ManifestSource } from "./systems-api.ts";

const SHOWN_DIGITS = 12;

/** Where manifests come from, which one is in force, and how the last reading went. */
export function SourceTable({ sources }: { readonly sources: readonly ManifestSource[] }) {
  return (
    <Card withBorder p={0}>
      <ScrollTable label="Manifests" minWidth={720} dense>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>System</Table.Th>
            <Table.Th>Source</Table.Th>
            <Table.Th>Last reading</Table.Th>
            <Table.Th>In force</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sources.map((source) => (
            <Table.Tr key={source.name}>
              <Table.Th scope="row">
                {source.system === null ? (
                  "none yet"
                ) : (
                  <Anchor component={Link} to={`/systems/${source.system}`} underline="always" inherit>
                    {source.system}
                  </Anchor>
                )}
              </Table.Th>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{source.name}</Table.Td>
              <Table.Td>
                <Reading source={source} />
              </Table.Td>
              <Table.Td>
                {source.inForce === null ? (
                  "nothing"
                ) : (
                  <>
                    <Code>{source.inForce.sha256.slice(0, SHOWN_DIGITS)}</Code> since{" "}
                    <Time at={source.inForce.since} fz={13} />
                  </>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollTable>
    </Card>
  );
}

function Reading({ source: { problems, readAt } }: { readonly source: ManifestSource }) {
  if (problems.length === 0 && readAt === null) return <StateMark tone="unknown" word="not read yet" />;
  return (
    <>
      {problems.length > 0 && (
        <StateMark tone="high" word={readAt === null ? "refused" : "refused; the last good one"} />
      )}{" "}
      {readAt !== null && <Time at={readAt} fz={13} />}
    </>
  );
}

/** Why a manifest cannot be used, with the place in its file. */
export function SourceProblems({ source }: { readonly source: ManifestSource }) {
  if (source.problems.length === 0) return null;
  return (
    <Notice tone="high" title={`The manifest of ${source.system ?? source.name} is refused`}>
      <Text inherit>
        {source.inForce === null ? (
          "Nothing was in force before, so nothing is watched."
        ) : (
          <>
            The one before it, of <Time at={source.inForce.since} />, stays in force.
          </>
        )}
      </Text>
      <ul style={{ margin: 0, paddingInlineStart: "1.2em" }}>
        {source.problems.map(({ path, reason, line, column }) => (
          <li key={`${path} ${reason}`}>
            {line !== undefined && `Line ${line}, column ${column}: `}
            {path !== "" && <Code>{path}</Code>} {reason}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
