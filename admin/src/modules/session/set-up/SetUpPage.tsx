import { useQuery } from "@tanstack/react-query";
import { useParams, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import type { SignInLink } from "../../../api/account-rows.ts";
import { OutageError } from "../../../api/problem.ts";
import { useSession } from "../../../api/session/use-session.ts";
import { paths } from "../../../paths.ts";
import { Button } from "../../../ui/page/Button.tsx";
import { useDocumentTitle } from "../../../ui/page/document-title.ts";
import { SkeletonBlock } from "../../../ui/page/Skeleton.tsx";
import { FormRefusal } from "../fields/FormRefusal.tsx";
import { StandAlone } from "../StandAlone.tsx";
import { lookAtLink } from "../session-api.ts";
import { useSignOut } from "../use-sign-out.ts";
import { DeadLink } from "./DeadLink.tsx";
import { LinkForm } from "./LinkForm.tsx";
import { LocalSignIn } from "./LocalSignIn.tsx";
import { wasSpentHere } from "./spent-links.ts";

/** What a one-time link opens: it signs in at once, or asks for what is missing first. */
export function SetUpPage() {
  useDocumentTitle("One-time link");
  const { secret = "" } = useParams({ strict: false });
  const { user } = useSession();
  if (user !== null && wasSpentHere(secret)) return <GoOn />;
  return <OpenLink key={secret} secret={secret} />;
}

/** To the dashboard, in place of this address: the secret leaves the browser's history. */
function GoOn() {
  const router = useRouter();
  useEffect(() => {
    void router.navigate({ href: paths.dashboard(), replace: true });
  }, [router]);
  return null;
}

function OpenLink({ secret }: { secret: string }) {
  const { user } = useSession();
  const look = useQuery({
    queryKey: ["sign-in-link", secret],
    queryFn: () => lookAtLink(secret),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: !wasSpentHere(secret),
  });
  const link = look.data;
  if (link !== undefined) {
    if (link.kind === "local_sign_in") return user === null ? <LocalSignIn secret={secret} /> : <GoOn />;
    if (user !== null) return <SomebodyElse name={user.name} link={link} />;
    return <LinkForm secret={secret} link={link} />;
  }
  if (look.error instanceof OutageError) {
    return (
      <StandAlone>
        <h1>One-time link</h1>
        <FormRefusal error={look.error} />
        <Button large busy={look.isFetching} onClick={() => void look.refetch()}>
          Try again
        </Button>
      </StandAlone>
    );
  }
  if (look.error !== null) return <DeadLink error={look.error} />;
  return (
    <StandAlone>
      <SkeletonBlock label="Reading the link" />
    </StandAlone>
  );
}

/** The link is for somebody, and somebody is signed in: the same person or another, which only they know. */
function SomebodyElse({ name, link }: { name: string; link: SignInLink }) {
  const { leave, leaving } = useSignOut({ stay: true });
  return (
    <StandAlone foot="The link stays good until it is used or expires.">
      <h1>You are signed in already</h1>
      <p className="text-2">
        This browser is signed in as {name}; the link is for {link.email ?? link.name}. Sign out to use it
        here, or open it in another browser.
      </p>
      <Button large look="primary" busy={leaving} onClick={leave}>
        Sign out and go on
      </Button>
    </StandAlone>
  );
}
