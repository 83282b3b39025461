import { Loading } from "@assay/page-kit/awaited.tsx";
import { useEventStream } from "@assay/page-kit/event-stream.ts";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { SchemeButton } from "@assay/page-kit/scheme-button.tsx";
import { StateMark } from "@assay/page-kit/state-mark.tsx";
import { formatDuration, useNow, WallClock } from "@assay/page-kit/time.tsx";
import { Anchor, AppShell, Box, Burger, Button, Center, Group, Kbd, Menu, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { spotlight } from "@mantine/spotlight";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Banners } from "./banners.tsx";
import { KeyboardHelp, useShortcuts } from "./keyboard.tsx";
import { PageMenu } from "./page-menu.tsx";
import { Palette } from "./palette.tsx";
import { sessionQuery, signOut, useSession } from "./session-api.ts";
import { SignInPage } from "./sign-in-page.tsx";

/** The frame of every page; without a session there is only the sign-in page, at every address. */
export function Shell() {
  const { data: session, error } = useQuery(sessionQuery);
  if (session === undefined) {
    return (
      <Center mih="100vh" p="md" component="main">
        {error === null ? <Loading what="the console" /> : <ProblemNotice error={error} />}
      </Center>
    );
  }
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
      header={{ height: 48 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !open } }}
      padding="md"
    >
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" gap="sm" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap" style={{ flexShrink: 0 }}>
            <Burger opened={open} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <Anchor component={Link} to="/" c="inherit" underline="never" fw={750} fz="lg">
              Assay
            </Anchor>
            <LiveMark {...live} />
          </Group>
          {/* On a small screen the name gives way: how old the page is must be read whole. */}
          <Group gap="xs" wrap="nowrap" style={{ minWidth: 0 }}>
            <Box visibleFrom="sm">
              <WallClock />
            </Box>
            <UnstyledButton onClick={spotlight.open} visibleFrom="xs" px="xs">
              <Group gap={6} c="dimmed" fz="sm" wrap="nowrap">
                Search{" "}
                <Kbd size="xs" aria-hidden>
                  Ctrl K
                </Kbd>
              </Group>
            </UnstyledButton>
            <SchemeButton />
            <Person />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label="Pages">
        <PageMenu path={path} />
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

const CONNECTING_MS = 3_000;

function LiveMark({ live, since }: LiveState) {
  const now = useNow();
  const away = now - since;
  return (
    <Box fz="sm" role="status" aria-live="polite">
      {live ? (
        <StateMark tone="good" word="live" />
      ) : (
        <StateMark tone="unknown" word={away < CONNECTING_MS ? "connecting" : `not live for ${formatDuration(away)}`} />
      )}
    </Box>
  );
}

function Person() {
  const session = useSession();
  const queries = useQueryClient();
  const leave = useMutation({ mutationFn: signOut, onSettled: () => queries.resetQueries() });
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <Button
          variant="default"
          size="compact-sm"
          maw={150}
          miw={40}
          style={{ flexShrink: 1 }}
          loading={leave.isPending}
        >
          <Text span truncate inherit>
            {session?.person.name}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/me">
          Your page
        </Menu.Item>
        <Menu.Item onClick={() => leave.mutate()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
