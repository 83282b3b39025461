import { isMap, isSeq, parseDocument } from "yaml";

/** The text of a manifest file with other base addresses for the services named; everything else stays as it was written. */
export function moveServices(text: string, urls: ReadonlyMap<string, string>): string {
  const document = parseDocument(text);
  const services = document.get("services");
  if (isSeq(services))
    for (const service of services.items) {
      const url = isMap(service) ? urls.get(String(service.get("name"))) : undefined;
      if (isMap(service) && url !== undefined) service.set("url", url);
    }
  return document.toString();
}
