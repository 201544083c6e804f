-- Who may sign in and how. The tables of schema auth are the sign-in library's own, with its column names; one row of "user" per
-- person of ours who can sign in, under the same id. Everything else about a person stands in users.
CREATE SCHEMA auth;

CREATE TABLE auth."user" (
  "id" uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  "name" text NOT NULL,
  "email" text NOT NULL UNIQUE,
  "emailVerified" boolean NOT NULL,
  "image" text,
  "createdAt" timestamptz NOT NULL DEFAULT clock_timestamp(),
  "updatedAt" timestamptz NOT NULL DEFAULT clock_timestamp(),
  "twoFactorEnabled" boolean
);

CREATE TABLE auth."session" (
  "id" text PRIMARY KEY,
  "expiresAt" timestamptz NOT NULL,
  "token" text NOT NULL UNIQUE,
  "createdAt" timestamptz NOT NULL DEFAULT clock_timestamp(),
  "updatedAt" timestamptz NOT NULL,
  "ipAddress" text,
  "userAgent" text,
  "userId" uuid NOT NULL REFERENCES auth."user" ("id") ON DELETE CASCADE,
  -- how it began; single sign-on needs no second factor of ours
  "method" text NOT NULL DEFAULT 'password' CHECK ("method" IN ('password', 'second_factor', 'single_sign_on', 'link'))
);
CREATE INDEX session_of_user ON auth."session" ("userId", "createdAt" DESC);

CREATE TABLE auth."account" (
  "id" text PRIMARY KEY,
  "accountId" text NOT NULL,
  "providerId" text NOT NULL,
  "userId" uuid NOT NULL REFERENCES auth."user" ("id") ON DELETE CASCADE,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz,
  "scope" text,
  "password" text,
  "createdAt" timestamptz NOT NULL DEFAULT clock_timestamp(),
  "updatedAt" timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX account_of_provider ON auth."account" ("providerId", "accountId");
CREATE INDEX account_of_user ON auth."account" ("userId");

CREATE TABLE auth."verification" (
  "id" text PRIMARY KEY,
  "identifier" text NOT NULL,
  "value" text NOT NULL,
  "expiresAt" timestamptz NOT NULL,
  "createdAt" timestamptz NOT NULL DEFAULT clock_timestamp(),
  "updatedAt" timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX verification_identifier ON auth."verification" ("identifier");

CREATE TABLE auth."twoFactor" (
  "id" text PRIMARY KEY,
  "secret" text NOT NULL,
  "backupCodes" text NOT NULL,
  "userId" uuid NOT NULL REFERENCES auth."user" ("id") ON DELETE CASCADE,
  "verified" boolean,
  "failedVerificationCount" integer,
  "lockedUntil" timestamptz,
  -- the last 30 second step whose code was used: each works once
  "lastStep" bigint NOT NULL DEFAULT 0
);
CREATE INDEX two_factor_of_user ON auth."twoFactor" ("userId");

-- Addresses that somebody signed in from: guesses from elsewhere cannot keep them out.
CREATE TABLE sign_in_places (
  user_id uuid NOT NULL REFERENCES auth."user" ("id") ON DELETE CASCADE,
  address text NOT NULL,
  signed_in_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (user_id, address)
);

-- Name and address of users are the truth; who has no address can have no password either.
CREATE FUNCTION sync_sign_in_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE auth."user" SET "name" = NEW.name, "email" = coalesce(NEW.email, NEW.id || '@none.invalid'), "updatedAt" = clock_timestamp()
  WHERE "id" = NEW.id;
  IF OLD.is_active AND NOT NEW.is_active THEN
    DELETE FROM auth."session" WHERE "userId" = NEW.id;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER sync_sign_in_user AFTER UPDATE OF name, email, is_active ON users FOR EACH ROW EXECUTE FUNCTION sync_sign_in_user();

-- Counts of all servers together, such as failed sign-ins of one account; a lost count after a crash is no harm.
CREATE UNLOGGED TABLE throttles (
  key text PRIMARY KEY,
  count int NOT NULL,
  window_start timestamptz NOT NULL,
  blocked_until timestamptz
);
CREATE INDEX throttles_age ON throttles (window_start);

-- Links that work once: for the first administrator, for an invitation, for a new password, for signing in on this machine.
CREATE TABLE sign_in_links (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  kind text NOT NULL CHECK (kind IN ('first_administrator', 'local_sign_in', 'invitation', 'password_reset')),
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  secret_sha256 bytea NOT NULL UNIQUE,
  created_by uuid REFERENCES users (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX sign_in_links_user ON sign_in_links (user_id, kind);

-- cw_<256 random bits>: only a hash is kept.
CREATE TABLE api_tokens (
  id uuid PRIMARY KEY DEFAULT uuidv7(),
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name text NOT NULL,
  prefix text NOT NULL,
  secret_sha256 bytea NOT NULL UNIQUE,
  scopes text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'operate', 'admin', 'learn', 'content:write'] AND cardinality(scopes) > 0),
  -- the command line's own, written to the data folder by the server
  is_of_machine boolean NOT NULL DEFAULT false,
  created_by uuid REFERENCES users (id) ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz,
  last_used_at timestamptz,
  last_used_from text,
  revoked_at timestamptz
);
CREATE INDEX api_tokens_user ON api_tokens (user_id, id DESC);

ALTER TABLE users ADD COLUMN erased_at timestamptz;

CREATE OR REPLACE VIEW user_summaries AS
SELECT p.id, p.email, p.name, p.role, p.is_active, p.created_at, p.updated_at, p.last_seen_at, p.version,
  w.unit_count, w.llm_request_count, w.cost_usd,
  p.erased_at,
  CASE
    WHEN s.has_password THEN 'password'
    WHEN s.has_provider THEN 'single_sign_on'
    WHEN EXISTS (
      SELECT 1 FROM sign_in_links l
      WHERE l.user_id = p.id AND l.kind = 'invitation' AND l.used_at IS NULL AND l.revoked_at IS NULL AND l.expires_at > clock_timestamp()
    ) THEN 'invited'
    ELSE 'none'
  END AS sign_in,
  coalesce((SELECT a."twoFactorEnabled" FROM auth."user" a WHERE a."id" = p.id), false) AS has_second_factor
FROM users p
LEFT JOIN LATERAL (
  SELECT coalesce(sum(one.unit_count), 0)::int AS unit_count, coalesce(sum(one.llm_request_count), 0)::int AS llm_request_count,
    sum(one.cost_usd) AS cost_usd
  FROM (
    SELECT t.unit_count, t.llm_request_count, t.cost_usd FROM user_usage t WHERE t.user_id = p.id
    UNION ALL SELECT d.unit_count, d.llm_request_count, d.cost_usd FROM user_usage_deltas d WHERE d.user_id = p.id
  ) one
) w ON true
LEFT JOIN LATERAL (
  SELECT bool_or(c."providerId" = 'credential' AND c."password" IS NOT NULL) AS has_password,
    bool_or(c."providerId" <> 'credential') AS has_provider
  FROM auth."account" c WHERE c."userId" = p.id
) s ON true;
