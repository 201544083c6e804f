import { paths } from "../../paths.ts";
import { AppLink } from "../../ui/link/AppLink.tsx";
import { useDocumentTitle } from "../../ui/page/document-title.ts";
import { EmptyState } from "../../ui/page/EmptyState.tsx";

/** What an address without a page shows. */
export function NotFoundPage() {
  useDocumentTitle("Not found");
  return (
    <EmptyState
      icon="search"
      wholePage
      title="There is no page at this address"
      action={
        <AppLink className="button button-primary button-large" href={paths.dashboard()}>
          Go to the dashboard
        </AppLink>
      }
    >
      It may have been moved or mistyped. The six tabs above reach everything; Ctrl K opens anything by its
      id.
    </EmptyState>
  );
}
