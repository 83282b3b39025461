/** Which packages a package may import, by the first folders of its path. Lower layers come first (STYLE.md). */
export const LAYERS: readonly {
  readonly folder: string;
  readonly name: string;
  readonly mayImport: readonly string[];
}[] = [
  { folder: "primitives/", name: "@assay/primitives", mayImport: [] },
  { folder: "platform/", name: "@assay/platform", mayImport: ["@assay/primitives"] },
  { folder: "operations/", name: "@assay/operations", mayImport: ["@assay/primitives", "@assay/platform"] },
  {
    folder: "systems/coinhubx/",
    name: "@assay/coinhubx",
    mayImport: ["@assay/primitives", "@assay/platform", "@assay/operations"],
  },
  {
    folder: "apps/",
    name: "@assay/app",
    mayImport: ["@assay/primitives", "@assay/platform", "@assay/operations", "@assay/coinhubx"],
  },
  {
    folder: "tools/",
    name: "@assay/tools",
    mayImport: ["@assay/primitives", "@assay/platform", "@assay/operations", "@assay/coinhubx", "@assay/cli"],
  },
  {
    folder: "tests/",
    name: "@assay/tests",
    mayImport: ["@assay/primitives", "@assay/platform", "@assay/operations", "@assay/coinhubx", "@assay/cli"],
  },
];

/** One door per third-party library: where its import may stand. A new one needs a decision record. */
export const DOORS: readonly { readonly library: RegExp; readonly doors: readonly string[] }[] = [
  { library: /^(fastify|@fastify\/|fastify-type-provider-zod)/, doors: ["platform/src/http/"] },
  { library: /^pg$/, doors: ["platform/src/storage/"] },
  { library: /^pg-boss$/, doors: ["platform/src/jobs/"] },
  { library: /^pino$/, doors: ["platform/src/logging/"] },
  { library: /^prom-client$/, doors: ["platform/src/metrics/"] },
  { library: /^(jose|otpauth|openid-client|@simplewebauthn\/server)$/, doors: ["platform/src/auth/"] },
  { library: /^temporal-polyfill/, doors: ["platform/src/clock/"] },
  { library: /^oidc-provider$/, doors: ["platform/src/testing/"] },
  { library: /^(@prometheus-io|@lezer)\//, doors: ["operations/src/promql/"] },
  { library: /^viem/, doors: ["platform/src/evm-client/"] },
  { library: /^nodemailer$/, doors: ["platform/src/mail/"] },
  { library: /^smtp-server$/, doors: ["platform/src/testing/"] },
  { library: /^(mdast-|micromark)/, doors: ["operations/src/runbooks/"] },
  { library: /^yaml$/, doors: ["operations/src/runbooks/", "operations/src/manifest/", "operations/src/thresholds/"] },
  { library: /^ajv/, doors: ["operations/src/"] },
  { library: /^fast-check$/, doors: [".test.ts", "-fixture.ts", "/test/", "tests/"] },
  { library: /^(playwright-core|@axe-core)/, doors: ["tests/"] },
  {
    library: /^(react|@mantine|@tanstack|uplot|uqr|remark-|vite|@vitejs|@simplewebauthn\/browser)/,
    doors: [
      "apps/console/",
      "apps/coinhubx-frontend/",
      "apps/status-page/src/pages/",
      "apps/status-page/vite",
      "apps/page-kit/",
    ],
  },
];

/** The browser's pages import these and nothing else of other packages (STYLE.md, who may import whom, 2). */
export const BROWSER_PACKAGES = [
  "apps/console/src/",
  "apps/page-kit/",
  "apps/coinhubx-frontend/src/pages/",
  "apps/status-page/src/pages/",
];
export const BROWSER_MAY_IMPORT =
  /^@assay\/(page-kit\/|primitives\/|(operations|coinhubx)\/api\/schema\/|operations\/approvals\/approval-digest|operations\/thresholds\/(threshold|alert-rule))/;

/** Calls that must come in through the door instead, and the places that are the door. */
export const BANNED: readonly { readonly call: RegExp; readonly instead: string; readonly doors: readonly string[] }[] =
  [
    { call: /\bDate\.now\(|\bnew Date\(\)/, instead: "an injected Clock", doors: ["platform/src/clock/"] },
    { call: /\bMath\.random\(/, instead: "an injected Random", doors: [] },
    { call: /(?<!\.)\bset(Timeout|Interval)\(/, instead: "an injected Clock", doors: ["platform/src/clock/"] },
    {
      call: /\bprocess\.env\b/,
      instead: "a Config",
      doors: ["platform/src/config/", "apps/", "platform/src/supervisor/"],
    },
    { call: /\bas any\b/, instead: "a type that is true", doors: [] },
    { call: /\bconsole\.\w+\(/, instead: "a Logger", doors: ["apps/assay/"] },
  ];

/** Marks of unfinished work, which do not belong in the tree. */
export const MARKS = /\b(TODO|FIXME|HACK|XXX)\b|@ts-(ignore|nocheck)|\b(it|test|describe)\.(only|skip)\(/;

/** File names that say nothing about what is inside. */
export const VAGUE_NAMES = /(^|[-/])(utils?|helpers?|common|misc|types|manager)(\.test)?\.tsx?$/;
export const FILE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|property\.test|bench|config))?\.(ts|tsx|mjs)$/;

export const MAX_LINES = 500;
