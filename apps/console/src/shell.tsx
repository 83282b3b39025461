import { useEventStream } from "@assay/page-kit/event-stream.ts";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { formatDuration, useNow } from "@assay/page-kit/time.tsx";
import {
  ActionIcon,
  AppShell,
  Box,
  Burger,
  Button,
  Group,
  Kbd,
  NavLink,
  Text,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { spotlight } from "@mantine/spotlight";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Banners } from "./banners.tsx";
import { KeyboardHelp, useShortcuts } from "./keyboard.tsx";
import { Palette } from "./palette.tsx";
import { PLACES } from "./places.ts";
import { signOut, useSession } from "./session-api.ts";
import { SignInPage } from "./sign-in-page.tsx";

/** The frame of every page; without a session there is only the sign-in page, at every address. */
export function Shell() {
  const session = useSession();
  if (session === undefined) return null;
  return session === null ? <SignInPage /> : <SignedIn />;
}

function SignedIn() {
  const [open, menu] = useDisclosure(false);
  const [help, showHelp] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const main = useRef<HTMLElement>(null);
  const live = useLiveUpdates();
  useShortcuts({ onHelp: showHelp.open });
  const seen = useRef(path);
  // A new page starts at its heading for keyboard and screen reader too, and the menu of a small screen closes.
  useEffect(() => {
    if (seen.current === path) return;
    seen.current = path;
    menu.close();
    main.current?.focus();
  }, [path, menu]);
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !open } }}
      padding="md"
    >
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" gap="sm" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={open} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <Text fw={750} fz="lg">
              Assay
            </Text>
            <LiveMark {...live} />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <UnstyledButton onClick={spotlight.open} aria-label="Search and commands" visibleFrom="xs">
              <Group gap={4} c="dimmed" fz="sm" wrap="nowrap">
                Search <Kbd size="xs">Ctrl K</Kbd>
              </Group>
            </UnstyledButton>
            <SchemeButton />
            <Person />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label="Pages">
        {PLACES.map(({ to, label, key }) => (
          <NavLink
            key={to}
            component={Link}
            to={to}
            label={label}
            active={to === "/" ? path === "/" : path.startsWith(to)}
            rightSection={<Kbd size="xs" visibleFrom="sm" aria-hidden>{`g ${key}`}</Kbd>}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="main" ref={main} tabIndex={-1} style={{ outline: "none" }}>
        <Banners />
        <Outlet />
      </AppShell.Main>
      <Palette />
      <KeyboardHelp opened={help} onClose={showHelp.close} />
    </AppShell>
  );
}

interface LiveState {
  readonly live: boolean;
  readonly since: number;
}

// An event only says what changed; the page asks again for what it shows, so that it has one source of truth.
function useLiveUpdates(): LiveState {
  const queries = useQueryClient();
  const { live } = useEventStream("/api/events", ["change"], (_, data) => {
    const topic = (data as { topic?: string } | undefined)?.topic;
    if (topic !== undefined) void queries.invalidateQueries({ queryKey: [topic] });
    void queries.invalidateQueries({ queryKey: ["overview"] });
  });
  const [since, setSince] = useState(() => Date.now());
  // biome-ignore lint/correctness/useExhaustiveDependencies: the moment is that of the change of `live`
  useEffect(() => setSince(Date.now()), [live]);
  return { live, since };
}

function LiveMark({ live, since }: LiveState) {
  const now = useNow();
  return (
    <Box fz="sm" role="status" aria-live="polite">
      {live ? (
        <StateMark tone="good" word="live" />
      ) : (
        <StateMark tone="unknown" word={`not live for ${formatDuration(now - since)}`} />
      )}
    </Box>
  );
}

function SchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={dark ? "Use light colours" : "Use dark colours"}
      onClick={() => setColorScheme(dark ? "light" : "dark")}
    >
      {dark ? "☀" : "☾"}
    </ActionIcon>
  );
}

function Person() {
  const session = useSession();
  const queries = useQueryClient();
  const leave = useMutation({ mutationFn: signOut, onSettled: () => queries.resetQueries() });
  return (
    <Group gap="xs" wrap="nowrap">
      <Button component={Link} to="/me" variant="subtle" color="gray" size="compact-md" maw={160}>
        {session?.person.name}
      </Button>
      <Button variant="default" size="compact-md" loading={leave.isPending} onClick={() => leave.mutate()}>
        Sign out
      </Button>
    </Group>
  );
}
