import { useState } from "react";
import { describeError } from "../../../api/problem.ts";
import { owesSecondFactor } from "../../../api/session/session-place.ts";
import { readSession, refreshSession } from "../../../api/session/session-store.ts";
import { useSession } from "../../../api/session/use-session.ts";
import { paths } from "../../../paths.ts";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { showToast } from "../../../ui/overlay/toasts.ts";
import { useDocumentTitle } from "../../../ui/page/document-title.ts";
import { PageHeader } from "../../../ui/page/PageHeader.tsx";
import "../session.css";
import { NameCard } from "./NameCard.tsx";
import { PasswordCard } from "./PasswordCard.tsx";
import { SecondFactorCard } from "./SecondFactorCard.tsx";
import { WhereElse } from "./WhereElse.tsx";

const trail = [
  <AppLink key="settings" href={paths.settings()}>
    Settings
  </AppLink>,
  "Account",
];

/** One's own account: name, how one signs in, the second factor. */
export function AccountPage() {
  useDocumentTitle("Account");
  const owing = owesSecondFactor(useSession());
  const [reloading, setReloading] = useState(false);
  const reload = () => {
    setReloading(true);
    refreshSession()
      .catch((error: unknown) => showToast({ tone: "bad", words: describeError(error).title }))
      .finally(() => setReloading(false));
  };
  return (
    <>
      <PageHeader
        title="Account"
        {...(owing ? {} : { breadcrumbs: trail })}
        onReload={reload}
        reloading={reloading}
        loadedAt={readSession().loadedAt}
      />
      <div className="account-cards">
        {owing && <SecondFactorCard />}
        <NameCard />
        <PasswordCard />
        {!owing && <SecondFactorCard />}
        {!owing && <WhereElse />}
      </div>
    </>
  );
}
