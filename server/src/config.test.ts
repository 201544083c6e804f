import path from "node:path";
import { expect, test } from "vitest";
import { listEffectiveSettings, loadConfig } from "./config.ts";
import { settingSchemas } from "./config-settings.ts";

test("with nothing set every setting has a default that works", () => {
  const config = loadConfig({});
  expect(config).toMatchObject({
    home: path.resolve(".coursewright"),
    databaseUrl: undefined,
    host: "127.0.0.1",
    port: 4400,
    learnerAccess: "public",
    worker: { concurrency: 16, queues: ["default"] },
    allowedHosts: [],
    dispatch: "postgres",
    client: { url: "http://127.0.0.1:4400", token: undefined },
    prefect: { requestsPerSecond: 5, cancelMs: 300_000, silenceMs: 540_000 },
    trustedProxies: [],
    limits: { requestsPerSecond: 200, streamsPerUser: 20 },
  });
  expect(config.keyFile).toMatch(/\.config\/coursewright\/keys$/);
});

test("what is set is parsed and the whole cannot be changed", () => {
  const config = loadConfig({
    COURSEWRIGHT_PORT: " 8080 ",
    COURSEWRIGHT_QUEUES: "fast, slow,",
    COURSEWRIGHT_BUDGET_USD_PER_DAY: "2.50",
    COURSEWRIGHT_LLM_BASE_URL: "http://127.0.0.1:9/v1",
    COURSEWRIGHT_TEXT_MODEL: "m",
    DATABASE_URL: "postgres://me:pw@db.example/cw",
    LOG_LEVEL: "",
  });
  expect(config.port).toBe(8080);
  expect(config.worker.queues).toEqual(["fast", "slow"]);
  expect(config.budget.usdPerDay).toBe(2.5);
  expect(config.log.level).toBe("info");
  expect(() => Object.assign(config.worker, { concurrency: 1 })).toThrow();
});

test.each([
  [{ COURSEWRIGHT_PROT: "1" }, "COURSEWRIGHT_PROT is not a setting. Did you mean COURSEWRIGHT_PORT?"],
  [
    { COURSEWRIGHT_DATABASE_LOCATION: "1" },
    'COURSEWRIGHT_DATABASE_LOCATION is not a setting. "coursewright config"',
  ],
  [{ COURSEWRIGHT_PORT: "65536" }, "COURSEWRIGHT_PORT must be a whole number from 0 to 65535"],
  [{ COURSEWRIGHT_PORT: "abc" }, "COURSEWRIGHT_PORT must be a whole number"],
  [{ COURSEWRIGHT_WORKER_CONCURRENCY: "0" }, "COURSEWRIGHT_WORKER_CONCURRENCY must be"],
  [
    { COURSEWRIGHT_BUDGET_USD_PER_UNIT: "-1" },
    "COURSEWRIGHT_BUDGET_USD_PER_UNIT must be an amount in US dollars",
  ],
  [{ COURSEWRIGHT_DISPATCH: "cron" }, "COURSEWRIGHT_DISPATCH must be one of postgres, prefect"],
  [{ DATABASE_URL: "mysql://x/y" }, "DATABASE_URL must be a postgres:// address"],
  [
    { COURSEWRIGHT_PREFECT_URL: "localhost:4200" },
    "COURSEWRIGHT_PREFECT_URL must be a http:// or https:// address",
  ],
  [
    { COURSEWRIGHT_PREFECT_URL: "http://me:pw@127.0.0.1/api" },
    "credentials go into COURSEWRIGHT_PREFECT_AUTH",
  ],
  [{ COURSEWRIGHT_PREFECT_URL: "http://127.0.0.1/api?x=1" }, "COURSEWRIGHT_PREFECT_URL must be without user"],
  [{ COURSEWRIGHT_HOST: "0.0.0.0" }, "COURSEWRIGHT_HOST=0.0.0.0 lets other machines in"],
  [
    { COURSEWRIGHT_HOST: "0.0.0.0", COURSEWRIGHT_PUBLIC_URL: "http://courses.example" },
    "set COURSEWRIGHT_PUBLIC_URL to its https:// address",
  ],
  [
    { COURSEWRIGHT_PUBLIC_URL: "http://courses.example" },
    "COURSEWRIGHT_PUBLIC_URL must begin with https://, or be on this machine",
  ],
  [
    { COURSEWRIGHT_TRUSTED_PROXIES: "10.0.0.0/33" },
    "COURSEWRIGHT_TRUSTED_PROXIES must be addresses or networks",
  ],
  [{ COURSEWRIGHT_TRUSTED_PROXIES: "proxy.example" }, "COURSEWRIGHT_TRUSTED_PROXIES must be addresses"],
  [{ COURSEWRIGHT_REQUESTS_PER_SECOND: "0" }, "COURSEWRIGHT_REQUESTS_PER_SECOND must be a number above 0"],
  [{ COURSEWRIGHT_REQUESTS_PER_SECOND: "1000001" }, "COURSEWRIGHT_REQUESTS_PER_SECOND must be a number"],
  [{ COURSEWRIGHT_STREAMS_PER_USER: "0" }, "COURSEWRIGHT_STREAMS_PER_USER must be a whole number"],
  [{ COURSEWRIGHT_AUDIT_DAYS: "89" }, "COURSEWRIGHT_AUDIT_DAYS must be 0, or a number of days from 90"],
  [{ COURSEWRIGHT_AUDIT_DAYS: "36501" }, "COURSEWRIGHT_AUDIT_DAYS must be 0, or a number of days"],
  [{ COURSEWRIGHT_AUDIT_DAYS: "-1" }, "COURSEWRIGHT_AUDIT_DAYS must be"],
  [{ COURSEWRIGHT_TEXT_MODEL: "m" }, "COURSEWRIGHT_LLM_BASE_URL is not set"],
  [{ COURSEWRIGHT_HOME: "/data", COURSEWRIGHT_KEY_FILE: "/data/keys" }, "COURSEWRIGHT_KEY_FILE lies inside"],
])("%j is refused with what to do", (environment, message) => {
  expect(() => loadConfig(environment)).toThrow(message);
});

test.each([
  [undefined, 400],
  ["0", 0],
  ["90", 90],
])("audit entries kept for %s days are kept for %i", (days, kept) => {
  expect(loadConfig({ COURSEWRIGHT_AUDIT_DAYS: days }).auditDays).toBe(kept);
});

test.each(["127.0.0.1", "127.0.0.2", "localhost", "::1", "[::1]"])("%s counts as this machine", (host) => {
  expect(loadConfig({ COURSEWRIGHT_HOST: host }).host).toBe(host.replace(/[[\]]/g, ""));
});

test.each([
  ["0.0.0.0", "https://courses.example"],
  ["192.0.2.7", "https://courses.example:8443"],
  ["::", "http://localhost:4400"],
  ["0.0.0.0", "http://127.0.0.1:8080"],
])("%s may be listened on for people who use %s", (host, publicUrl) => {
  const config = loadConfig({ COURSEWRIGHT_HOST: host, COURSEWRIGHT_PUBLIC_URL: publicUrl });
  expect(config).toMatchObject({ host, publicUrl });
});

test("several mistakes are reported at once, and no value of a secret with them", () => {
  const load = () =>
    loadConfig({ COURSEWRIGHT_PORT: "x", LOG_LEVEL: "loud", DATABASE_URL: "mysql://me:hunter2@x/y" });
  expect(load).toThrow(/COURSEWRIGHT_PORT[\s\S]*LOG_LEVEL/);
  expect(load).not.toThrow(/hunter2/);
});

test("the list has every setting with its meaning and hides secrets", () => {
  const settings = listEffectiveSettings({
    COURSEWRIGHT_TOKEN: "hunter2",
    DATABASE_URL: "postgres://me:hunter2@x/y",
    COURSEWRIGHT_PORT: "1",
  });
  expect(settings.map(({ name }) => name)).toEqual(Object.keys(settingSchemas));
  expect(settings.filter(({ meaning, value }) => meaning === "" || value === "")).toEqual([]);
  expect(JSON.stringify(settings)).not.toContain("hunter2");
  expect(settings.find(({ name }) => name === "COURSEWRIGHT_PORT")).toMatchObject({
    value: "1",
    source: "environment",
  });
  expect(settings.find(({ name }) => name === "COURSEWRIGHT_QUEUES")).toMatchObject({
    value: "default",
    source: "default",
  });
});

test.each([
  [{}, false],
  [{ COURSEWRIGHT_HOST: "::1", COURSEWRIGHT_ALLOWED_HOSTS: "localhost" }, false],
  [{ COURSEWRIGHT_HOST: "0.0.0.0", COURSEWRIGHT_PUBLIC_URL: "http://localhost:4400" }, false],
  [{ COURSEWRIGHT_PUBLIC_URL: "https://courses.example" }, true],
  [{ COURSEWRIGHT_ALLOWED_HOSTS: "courses.example" }, true],
])("whether other machines reach a server with %j: %s", (environment, isOpen) => {
  expect(loadConfig(environment).isOpenToNetwork).toBe(isOpen);
});

test.each([
  [{ COURSEWRIGHT_OIDC_ISSUER: "https://id.example" }, /COURSEWRIGHT_OIDC_CLIENT_ID/],
  [{ COURSEWRIGHT_OIDC_ISSUER: "http://id.example", COURSEWRIGHT_OIDC_CLIENT_ID: "x" }, /https:\/\//],
])("single sign-on with %j is refused", (environment, words) => {
  expect(() => loadConfig(environment)).toThrow(words);
});

test("an identity provider on this machine may be reached without TLS", () => {
  const config = loadConfig({
    COURSEWRIGHT_OIDC_ISSUER: "http://127.0.0.1:9000",
    COURSEWRIGHT_OIDC_CLIENT_ID: "x",
  });
  expect(config.oidc).toMatchObject({ clientId: "x", name: "single sign-on" });
});
