import { Kbd, Table, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { Dialog } from "./dialog.tsx";
import { PLACES } from "./places.ts";

const CHORD_MS = 1_200;

/** `?` shows the keys; `g` and a letter goes to a page. Nothing dangerous has a key of its own. */
export function useShortcuts({ onHelp }: { readonly onHelp: () => void }): void {
  const navigate = useNavigate();
  const chordAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === "?") return onHelp();
      const inChord = performance.now() - chordAt.current < CHORD_MS;
      chordAt.current = event.key === "g" ? performance.now() : Number.NEGATIVE_INFINITY;
      const place = inChord ? PLACES.find(({ key }) => key === event.key) : undefined;
      if (place !== undefined) void navigate({ to: place.to });
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [navigate, onHelp]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

export function KeyboardHelp({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Keys">
      <Table>
        <Table.Tbody>
          <KeyRow keys={["Ctrl", "K"]} meaning="search and commands" />
          <KeyRow keys={["?"]} meaning="these keys" />
          {PLACES.map(({ key, label }) => (
            <KeyRow key={key} keys={["g", key]} meaning={label} />
          ))}
          <KeyRow keys={["Esc"]} meaning="leave a dialog" />
        </Table.Tbody>
      </Table>
      <Text size="sm" c="dimmed" mt="sm">
        Nothing dangerous has a key of its own.
      </Text>
    </Dialog>
  );
}

function KeyRow({ keys, meaning }: { readonly keys: readonly string[]; readonly meaning: string }) {
  return (
    <Table.Tr>
      <Table.Td>
        {keys.map((key) => (
          <Kbd key={key} mr={4}>
            {key}
          </Kbd>
        ))}
      </Table.Td>
      <Table.Td>{meaning}</Table.Td>
    </Table.Tr>
  );
}
