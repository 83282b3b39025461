import type { ShiftView } from "@assay/operations/api/schema/on-call";
import { ScrollTable } from "@assay/page-kit/scroll-table.tsx";
import { StateMark, toneColor } from "@assay/page-kit/state-mark.tsx";
import { formatDuration } from "@assay/page-kit/time.tsx";
import { Box, Button, Card, Table, Text, Title } from "@mantine/core";
import { onCallTone, wallWords } from "./on-call-api.ts";

const DAY_MS = 86_400_000;
const LANE_WIDTH = 120;

interface LanesProps {
  readonly shifts: readonly ShiftView[];
  readonly timeZone: string;
}

interface TimelineProps extends LanesProps {
  readonly onTake: (shift: ShiftView) => void;
}

/** Two weeks at a glance, a lane for each person and one for nobody, so that it reads without colour; and in words. */
export function ScheduleTimeline({ shifts, timeZone, onTake }: TimelineProps) {
  return (
    <section aria-labelledby="timeline">
      <Title order={2} size="h4" id="timeline" mb="xs">
        The next two weeks
      </Title>
      <Card withBorder p={0} mb="sm">
        <Box className="scroll" tabIndex={0} role="group" aria-label="Lanes of the next two weeks">
          <Lanes shifts={shifts} timeZone={timeZone} />
        </Box>
      </Card>
      <Card withBorder p={0}>
        <ScrollTable label="Shifts" minWidth={560} maxHeight={320} dense>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Who</Table.Th>
              <Table.Th>From ({timeZone})</Table.Th>
              <Table.Th>Until</Table.Th>
              <Table.Th>For</Table.Th>
              <Table.Th>Why</Table.Th>
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shifts.map((shift) => (
              <Table.Tr key={shift.from}>
                <Table.Th scope="row">
                  {shift.person?.name ?? <StateMark tone={onCallTone(shift)} word="nobody" strong />}
                </Table.Th>
                <Table.Td>{wallWords(shift.from, timeZone)}</Table.Td>
                <Table.Td>{wallWords(shift.to, timeZone)}</Table.Td>
                <Table.Td>{formatDuration(lengthMs(shift))}</Table.Td>
                <Table.Td>{shift.source}</Table.Td>
                <Table.Td ta="right">
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`Take the shift from ${wallWords(shift.from, timeZone)}`}
                    onClick={() => onTake(shift)}
                  >
                    Take
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </ScrollTable>
      </Card>
    </section>
  );
}

function lengthMs({ from, to }: Pick<ShiftView, "from" | "to">): number {
  return Date.parse(to) - Date.parse(from);
}

const laneOf = ({ person }: ShiftView) => person?.name ?? "nobody";

function Lanes({ shifts, timeZone }: LanesProps) {
  const start = Date.parse(shifts[0]?.from ?? "");
  const total = Date.parse(shifts.at(-1)?.to ?? "") - start;
  if (!(total > 0)) return null;
  const lanes = [...new Set(shifts.map(laneOf))].sort(
    (left, right) => Number(left === "nobody") - Number(right === "nobody"),
  );
  const share = (ms: number) => `${(ms / total) * 100}%`;
  const days = Array.from({ length: Math.round(total / DAY_MS) }, (_, day) => start + day * DAY_MS);
  return (
    <Box miw={760} p="xs" fz={12} aria-hidden="true">
      <Box display="flex" pl={LANE_WIDTH}>
        {days.map((day) => (
          <Text key={day} fz={11} style={{ width: share(DAY_MS), flexShrink: 0 }}>
            {dayWords(day + DAY_MS / 2, timeZone)}
          </Text>
        ))}
      </Box>
      {lanes.map((lane) => (
        <Box
          key={lane}
          display="flex"
          h={28}
          style={{ alignItems: "center", borderTop: "1px solid var(--mantine-color-default-border)" }}
        >
          <Text fz={12} fw={600} truncate style={{ width: LANE_WIDTH, flexShrink: 0 }}>
            {lane}
          </Text>
          <Box pos="relative" h={16} style={{ flex: 1 }}>
            {shifts
              .filter((shift) => laneOf(shift) === lane)
              .map((shift) => (
                <Box
                  key={shift.from}
                  pos="absolute"
                  h={16}
                  style={{
                    left: share(Date.parse(shift.from) - start),
                    width: share(lengthMs(shift)),
                    ...blockStyle(shift),
                  }}
                />
              ))}
          </Box>
        </Box>
      ))}
    </Box>
  );
}

// The lane says who; solid, hatched and hollow say why, also in greyscale.
function blockStyle({ source }: ShiftView) {
  const color = toneColor(source === "gap" ? "critical" : source === "override" ? "info" : "good");
  const border = { border: `1px solid ${color}`, borderRadius: 3 };
  if (source === "rotation") return { ...border, background: color };
  if (source === "gap")
    return { ...border, background: `repeating-linear-gradient(45deg, ${color} 0 2px, transparent 2px 7px)` };
  return { ...border, background: `repeating-linear-gradient(90deg, ${color} 0 4px, transparent 4px 7px)` };
}

function dayWords(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", day: "numeric" }).format(new Date(at));
}
