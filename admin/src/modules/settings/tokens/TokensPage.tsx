import { useState } from "react";
import type { ApiToken, MadeApiToken } from "../../../api/account-rows.ts";
import { describeError } from "../../../api/problem.ts";
import { usePerson } from "../../../api/session/use-session.ts";
import { paths } from "../../../paths.ts";
import { Segmented } from "../../../ui/disclosure/Tabs.tsx";
import { AppLink } from "../../../ui/link/AppLink.tsx";
import { useSearchParams } from "../../../ui/link/search-params.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { DataStates } from "../../../ui/page/DataStates.tsx";
import { useDocumentTitle } from "../../../ui/page/document-title.ts";
import { EmptyState } from "../../../ui/page/EmptyState.tsx";
import { PageHeader } from "../../../ui/page/PageHeader.tsx";
import { SkeletonRows } from "../../../ui/page/Skeleton.tsx";
import "../../../ui/form/form.css";
import "../settings.css";
import { MadeTokenDialog } from "./MadeTokenDialog.tsx";
import { NewTokenDialog } from "./NewTokenDialog.tsx";
import { RevokeQuestion, type Revoking } from "./RevokeQuestion.tsx";
import { TokenRow } from "./TokenRow.tsx";
import { useTokens } from "./tokens-api.ts";

const commandLine = "command-line";

/** The dialog of a new token, asked for anew each time. */
type Asking = { isForCommandLine: boolean; askedAt: number; open: boolean };

/** Tokens with which programs work in somebody's name: one's own, for administrators everybody's. */
export function TokensPage() {
  useDocumentTitle("API tokens");
  const person = usePerson();
  const [search, changeSearch] = useSearchParams();
  const tokens = useTokens();
  const [asking, setAsking] = useState<Asking | null>(() =>
    search.new === undefined
      ? null
      : { isForCommandLine: search.new === commandLine, askedAt: 0, open: true },
  );
  const [made, setMade] = useState<MadeApiToken | null>(null);
  const ask = () => setAsking({ isForCommandLine: false, askedAt: Date.now(), open: true });
  const close = () => {
    setAsking((now) => (now === null ? null : { ...now, open: false }));
    if (search.new !== undefined) changeSearch({ new: "" });
  };
  return (
    <>
      <PageHeader
        title="API tokens"
        breadcrumbs={[
          <AppLink key="settings" href={paths.settings()}>
            Settings
          </AppLink>,
          "API tokens",
        ]}
        count={tokens.data?.length}
        actions={
          tokens.data !== undefined &&
          tokens.data.length > 0 && (
            <Button look="primary" icon="plus" onClick={ask}>
              Make a token
            </Button>
          )
        }
        onReload={tokens.reload}
        reloading={tokens.reloading}
        loadedAt={tokens.loadedAt}
      />
      <p className="settings-lead text-2">
        A token lets the command line, a script or a learner's app work in your name, within what you may do.
        Only its hash is stored.
      </p>
      <DataStates
        data={tokens.data}
        failure={tokens.error === null ? null : describeError(tokens.error)}
        skeleton={<SkeletonRows rows={4} label="Loading the tokens" />}
        onReload={tokens.reload}
        reloading={tokens.reloading}
      >
        {(shown) => <Tokens tokens={shown} ownId={person.id} onAsk={ask} />}
      </DataStates>
      {asking !== null && (
        <NewTokenDialog
          key={asking.askedAt}
          role={person.role}
          isForCommandLine={asking.isForCommandLine}
          open={asking.open}
          onClose={close}
          onMade={setMade}
        />
      )}
      <MadeTokenDialog made={made} onClose={() => setMade(null)} />
    </>
  );
}

type TokensProps = { tokens: ApiToken[]; ownId: string; onAsk: () => void };

function Tokens({ tokens, ownId, onAsk }: TokensProps) {
  const [search, changeSearch] = useSearchParams();
  const [revoking, setRevoking] = useState<Revoking | null>(null);
  const own = tokens.filter(({ user_id }) => user_id === ownId);
  const hasOthers = own.length < tokens.length;
  const onlyOwn = hasOthers && search.of === "mine";
  const shown = onlyOwn ? own : tokens;
  const nowMs = Date.now();
  return (
    <>
      {hasOthers && (
        <div>
          <Segmented
            label="Whose tokens"
            options={[
              { value: "", word: "Everybody's" },
              { value: "mine", word: "Mine" },
            ]}
            value={onlyOwn ? "mine" : ""}
            onChange={(of) => changeSearch({ of })}
          />
        </div>
      )}
      {shown.length === 0 ? (
        <section className="card" aria-label="API tokens">
          <EmptyState
            icon="key"
            title={onlyOwn ? "None of these tokens is yours" : "Tokens appear here"}
            action={
              <Button look="primary" icon="plus" onClick={onAsk}>
                Make a token
              </Button>
            }
          >
            On the server's own machine the command line needs none: it reads the one in the data folder.
          </EmptyState>
        </section>
      ) : (
        <ul className="card" aria-label="API tokens">
          {shown.map((token) => (
            <TokenRow
              key={token.id}
              token={token}
              showsOwner={hasOthers && !onlyOwn}
              nowMs={nowMs}
              onRevoke={() => setRevoking({ token, open: true })}
            />
          ))}
        </ul>
      )}
      <RevokeQuestion revoking={revoking} onAsk={setRevoking} />
    </>
  );
}
