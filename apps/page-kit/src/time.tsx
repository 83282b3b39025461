import { Text, type TextProps } from "@mantine/core";
import { useEffect, useState } from "react";

const SECOND_MS = 1_000;
/** What lies less ahead happened now: clocks differ, and a page looks at its own only now and then. */
const FORWARD_MS = 15 * SECOND_MS;

/** The time now, anew every `everyMs`, for ages and countdowns. */
export function useNow(everyMs = SECOND_MS): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** `12 s`, `5 min`, `3 h`, `2 d`: how long, in one unit. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / SECOND_MS));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3_600) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** `09:18:57` of the same UTC day as `now`, else with its date. */
export function formatUtc(at: Date, now: number): string {
  const [day, time] = at.toISOString().slice(0, 19).split("T");
  return new Date(now).toISOString().startsWith(day!) ? time! : `${day} ${time}`;
}

interface TimeProps extends TextProps {
  /** RFC 3339. */
  readonly at: string;
}

/** A moment in UTC with its age, the date when it is not today's; local time with its zone in the title. */
export function Time({ at, ...rest }: TimeProps) {
  const now = useNow(5 * SECOND_MS);
  const date = new Date(at);
  const local = date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
  const away = now - date.getTime();
  return (
    <Text component="time" span inherit dateTime={at} title={local} {...rest}>
      {formatUtc(date, now)} UTC{" "}
      <Text span c="dimmed" inherit>
        ({away < -FORWARD_MS ? `in ${formatDuration(-away)}` : `${formatDuration(away)} ago`})
      </Text>
    </Text>
  );
}

/** Counts down to `until`; says `ended` afterwards. */
export function Countdown({ until }: { readonly until: string }) {
  const now = useNow();
  const left = new Date(until).getTime() - now;
  return <span role="timer">{left > 0 ? `${formatDuration(left)} left` : "ended"}</span>;
}

/** What time it is in UTC and, where they differ, here: every time on a page is UTC. */
export function WallClock() {
  const now = new Date(useNow(5 * SECOND_MS));
  const here = now.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  return (
    <Text span size="sm" c="dimmed" style={{ whiteSpace: "nowrap" }}>
      {now.toISOString().slice(11, 16)} UTC{now.getTimezoneOffset() === 0 ? "" : ` · ${here}`}
    </Text>
  );
}
