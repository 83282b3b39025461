import { Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

const SITE = document.title;

/** Names the page in the browser's tab, history and bookmarks: "Approvals · Assay". */
export function usePageName(name: string): void {
  useEffect(() => {
    document.title = `${name} · ${SITE}`;
  }, [name]);
}

interface PageTitleProps {
  /** What the tab says, when it is not the heading's own text. */
  readonly name?: string;
  readonly children: ReactNode;
}

/** The one first-level heading of a page; the tab takes its name from it. */
export function PageTitle({ name, children }: PageTitleProps) {
  usePageName(name ?? String(children));
  return (
    <Title order={1} size="h2" style={{ overflowWrap: "anywhere" }}>
      {children}
    </Title>
  );
}
