import type { ReactNode } from "react";
import type { AuditExtent } from "../../api/account-rows.ts";
import type { ItemState } from "../../api/item-query.ts";
import { useLiveState } from "../../api/live/use-live.ts";
import { describeError } from "../../api/problem.ts";
import { roleWords } from "../../api/session/roles.ts";
import { useMay, usePerson } from "../../api/session/use-session.ts";
import { paths } from "../../paths.ts";
import { Icon } from "../../ui/icon/Icon.tsx";
import type { IconName } from "../../ui/icon/icon-shapes.tsx";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { Button } from "../../ui/page/Button.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { ErrorBlock } from "../../ui/page/ErrorBlock.tsx";
import { PageHeader } from "../../ui/page/PageHeader.tsx";
import { formatMoment, formatQuantity } from "../../ui/value/format.ts";
import { useConnections } from "../engines/public.ts";
import { useAlerts } from "./alerts/alerts-api.ts";
import { useAuditExtentOnce } from "./audit/audit-api.ts";
import { standingWords as connectionWords } from "./connections/connection-words.ts";
import { useSessions } from "./sessions/sessions-api.ts";
import { isLive } from "./tokens/token-words.ts";
import { useTokens } from "./tokens/tokens-api.ts";
import "./settings.css";

/** The sections of the settings with how each stands; a section that the role does not open says so. */
export function SettingsIndex() {
  useDocumentTitle("Settings");
  const person = usePerson();
  const { may, reason } = useMay("admin");
  const [sessions, tokens, alerts, connections] = [useSessions(), useTokens(), useAlerts(), useConnections()];
  const log = useAuditExtentOnce(may);
  const all = allOf(
    may ? [sessions, tokens, alerts, connections, log] : [sessions, tokens, alerts, connections],
  );
  return (
    <>
      <PageHeader
        title="Settings"
        live={useLiveState()}
        onReload={all.reload}
        reloading={all.reloading}
        loadedAt={all.loadedAt}
      />
      <Failure error={all.error} onReload={all.reload} reloading={all.reloading} />
      <Group title="Yours">
        <Section icon="user" title="Account" href={paths.settingsAccount()} standing={roleWords[person.role]}>
          Your name, your password and a second factor.
        </Section>
        <Section
          icon="screen"
          title="Sessions"
          href={paths.settingsSessions()}
          standing={sessions.data && formatQuantity(sessions.data.length, "browser")}
        >
          Where you are signed in, and the way to end it.
        </Section>
        <Section
          icon="key"
          title="API tokens"
          href={paths.settingsTokens()}
          standing={tokens.data && tokenWords(tokens.data)}
        >
          For the command line, scripts and learners' apps that work in your name.
        </Section>
      </Group>
      <Group title="This installation">
        <Section
          icon="bell"
          title="Alerts"
          href={paths.settingsAlerts()}
          standing={alerts.data && alertWords(alerts.data)}
        >
          What to watch for, and whom to tell by webhook or e-mail when it happens.
        </Section>
        <Section
          icon="plug"
          title="Connections"
          href={paths.settingsConnections()}
          standing={connections.data && connectionWords(connections.data)}
        >
          Prefect servers whose course generation is seen and steered from here.
        </Section>
        <Section
          icon="log"
          title="Audit log"
          href={paths.settingsAudit()}
          standing={may ? log.data && logWords(log.data) : ""}
          closedBecause={reason}
        >
          Who did what, when, from where and how it ended.
        </Section>
      </Group>
    </>
  );
}

type FailureProps = { error: Error | null; onReload: () => void; reloading: boolean };

function Failure({ error, onReload, reloading }: FailureProps) {
  if (error === null) return null;
  const { title, text, raw } = describeError(error);
  return (
    <ErrorBlock
      title={title}
      raw={raw}
      actions={
        <Button icon="reload" busy={reloading} onClick={onReload}>
          Try again
        </Button>
      }
    >
      <p>How the sections stand could not be read. {text}</p>
    </ErrorBlock>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="settings-group" aria-label={title}>
      <h2>{title}</h2>
      <ul className="settings-sections">{children}</ul>
    </section>
  );
}

type SectionProps = {
  icon: IconName;
  title: string;
  href: string;
  /** Undefined until it is read. */
  standing: string | undefined;
  /** Why the section is not open to whoever looks. */
  closedBecause?: string | undefined;
  children: ReactNode;
};

function Section({ icon, title, href, standing, closedBecause, children }: SectionProps) {
  const words = (
    <>
      <Icon name={icon} />
      <span>
        <span className="strong">{title}</span>
        <span className="text-2">{closedBecause ?? children}</span>
      </span>
      <span className="text-3 no-wrap">{standing ?? "…"}</span>
    </>
  );
  if (closedBecause !== undefined) {
    return <li className="settings-section settings-section-closed card">{words}</li>;
  }
  return (
    <li>
      <AppLink className="settings-section card" href={href}>
        {words}
        <Icon name="right" small />
      </AppLink>
    </li>
  );
}

/** Several readings as one: as old as the oldest, and failed when one of them is. */
function allOf(
  states: readonly Pick<ItemState<unknown>, "error" | "reloading" | "loadedAt" | "reload">[],
): Pick<ItemState<unknown>, "error" | "reloading" | "loadedAt" | "reload"> {
  const loaded = states.map(({ loadedAt }) => loadedAt).filter((at) => at !== undefined);
  return {
    error: states.find(({ error }) => error !== null)?.error ?? null,
    reloading: states.some(({ reloading }) => reloading),
    loadedAt: loaded.length < states.length ? undefined : Math.min(...loaded),
    reload: () => {
      for (const { reload } of states) reload();
    },
  };
}

function tokenWords(tokens: readonly { revoked_at: string | null; expires_at: string | null }[]): string {
  const live = tokens.filter((token) => isLive(token, Date.now())).length;
  return live === 0 ? "none yet" : formatQuantity(live, "token");
}

function alertWords(alerts: readonly { is_enabled: boolean; firing: unknown }[]): string {
  if (alerts.length === 0) return "none yet";
  const firing = alerts.filter((alert) => alert.is_enabled && alert.firing !== null).length;
  const on = alerts.filter((alert) => alert.is_enabled).length;
  const words = `${formatQuantity(on, "alert")} on`;
  return firing === 0 ? words : `${words}, ${firing} firing`;
}

function logWords({ since }: AuditExtent): string {
  return since === null ? "nothing yet" : `since ${formatMoment(new Date(since), new Date())}`;
}
