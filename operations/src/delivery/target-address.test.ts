import { equal } from "node:assert/strict";
import { test } from "node:test";
import { checkTarget } from "./target-address.ts";

const code = (url: string, allowsLoopback = false) => {
  const checked = checkTarget(url, allowsLoopback);
  return checked.ok ? "ok" : checked.refusal.code;
};

test("only http and https addresses are targets", () => {
  for (const url of ["file:///etc/passwd", "ftp://example.com", "gopher://x", "javascript:1", "not a url", ""])
    equal(code(url, true), "NOT_HTTP", url);
  equal(code("https://hooks.slack.com/services/1"), "ok");
  equal(code("http://10.1.2.3:8080/hook"), "ok", "receivers live in private networks");
});

test("outside local mode no page goes to the plane's own machine or to a link-local service, however it is written", () => {
  const own = [
    "http://localhost:3000/",
    "http://a.localhost/",
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0.0.0.0/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://169.254.169.254/latest/meta-data",
    "http://[fe80::1]/",
  ];
  for (const url of own) equal(code(url), "LOOPBACK_TARGET", url);
  for (const url of own) equal(code(url, true), "ok", url);
});
