-- Stored secrets can tell that they were encrypted with this key file, and the addresses of webhooks are secrets too.

-- One value that follows from each key that was ever in use; another key file does not lead to it.
CREATE TABLE key_checks (
  version int PRIMARY KEY,
  value text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Only the key file can encrypt what is there: servers do so when they start, and webhook_url stays empty from then on.
ALTER TABLE alerts
  ADD COLUMN webhook_encrypted text,
  -- as it may be shown: protocol, host and the last characters
  ADD COLUMN webhook_mask text,
  DROP CONSTRAINT alerts_check;
UPDATE alerts SET webhook_mask = regexp_replace(webhook_url, '^([a-zA-Z]+://[^/?#]*).*$', '\1/…')
WHERE webhook_url IS NOT NULL;
ALTER TABLE alerts
  ADD CONSTRAINT alerts_webhook CHECK (num_nonnulls(webhook_url, webhook_encrypted) = num_nonnulls(webhook_mask)),
  ADD CONSTRAINT alerts_webhook_secret CHECK ((webhook_mask IS NULL) = (webhook_secret IS NULL));

-- Messages go to the address of their alert; the log shows it as the alert does.
UPDATE alert_deliveries SET address = regexp_replace(address, '^([a-zA-Z]+://[^/?#]*).*$', '\1/…')
WHERE channel = 'webhook';
