import { useEffect } from "react";
import { HistoryPage } from "./history-page.tsx";
import { IncidentPage } from "./incident-page.tsx";
import { SummaryPage } from "./summary-page.tsx";
import { TokenPage } from "./token-page.tsx";

const INCIDENT = /^\/incidents\/([\w-]+)\/?$/;

/** Which page an address means. There are five, and each is a document of its own: links are plain links. */
export function Page({ path }: { readonly path: string }) {
  const incident = INCIDENT.exec(path)?.[1];
  if (incident !== undefined) return <IncidentPage id={incident} />;
  switch (path.replace(/\/$/, "")) {
    case "":
      return <SummaryPage />;
    case "/history":
      return <HistoryPage />;
    case "/confirm":
      return <TokenPage does="confirm" />;
    case "/unsubscribe":
      return <TokenPage does="unsubscribe" />;
    default:
      return <Frame title="Nothing here">There is no such page.</Frame>;
  }
}

interface FrameProps {
  readonly title: string;
  readonly children: React.ReactNode;
}

/** Heading, places and the page itself. */
export function Frame({ title, children }: FrameProps) {
  useEffect(() => {
    document.title = title === "Status" ? title : `${title} · Status`;
  }, [title]);
  return (
    <>
      <header className="page top">
        <a className="name" href="/">
          Status
        </a>
        <nav aria-label="Pages">
          <a href="/">Now</a> <a href="/history">History</a> <a href="/api/status/feed.atom">Feed</a>
        </nav>
      </header>
      <main className="page">
        <h1>{title}</h1>
        {children}
      </main>
    </>
  );
}
