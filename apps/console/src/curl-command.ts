/** The same from a terminal: the token stands as a variable, never as itself. */
export function curlCommand(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): string {
  const words = ["curl", "-sS", "-X", method, '-H "authorization: Bearer $ASSAY_TOKEN"'];
  if (body !== undefined) {
    const json = JSON.stringify(body).replaceAll("'", "'\\''");
    words.push("-H 'content-type: application/json'", `-d '${json}'`);
  }
  return [...words, `${location.origin}${path}`].join(" ");
}
