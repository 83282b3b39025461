import type { PublicIncidentView } from "../api/schema/status.ts";

export interface FeedOptions {
  /** Address of the public page. */
  readonly url: string;
  readonly incidents: readonly PublicIncidentView[];
  /** RFC 3339. */
  readonly now: string;
}

const MOST_ENTRIES = 50;

interface Entry {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly at: string;
  readonly link: string;
}

/** RFC 4287: one entry for each update, newest first. */
export function atomFeed(options: FeedOptions): string {
  const entries = entriesOf(options);
  const parts = entries.map(
    ({ id, title, text, at, link }) =>
      `<entry><id>${xml(id)}</id><title>${xml(title)}</title><updated>${at}</updated><link href="${xml(link)}"/><content type="text">${xml(text)}</content></entry>`,
  );
  const { url, now } = options;
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>${xml(url)}/</id><title>Status</title><author><name>Status</name></author><updated>${entries[0]?.at ?? now}</updated><link href="${xml(url)}/"/><link rel="self" href="${xml(url)}/api/status/feed.atom"/>
${parts.join("\n")}
</feed>
`;
}

/** RSS 2.0: the same. */
export function rssFeed(options: FeedOptions): string {
  const parts = entriesOf(options).map(
    ({ id, title, text, at, link }) =>
      `<item><guid isPermaLink="false">${xml(id)}</guid><title>${xml(title)}</title><pubDate>${new Date(at).toUTCString()}</pubDate><link>${xml(link)}</link><description>${xml(text)}</description></item>`,
  );
  const { url } = options;
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Status</title><link>${xml(url)}/</link><description>What is the matter, and what was.</description>
${parts.join("\n")}
</channel></rss>
`;
}

function entriesOf({ url, incidents }: FeedOptions): Entry[] {
  return incidents
    .flatMap(({ id, title, updates }) =>
      updates.map(({ at, status, text }) => ({
        ...{ id: `${url}/incidents/${id}#${at}`, title: `${title}: ${status}`, text, at },
        link: `${url}/incidents/${id}`,
      })),
    )
    .sort((left, right) => right.at.localeCompare(left.at))
    .slice(0, MOST_ENTRIES);
}

/** Text as XML text or attribute; what XML 1.0 cannot hold is replaced. */
function xml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
