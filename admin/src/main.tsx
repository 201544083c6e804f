import "./ui/theme/tokens.css";
import "./ui/theme/base.css";
import "./ui/page/button.css";
import "./ui/page/card.css";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { PersonScope } from "./api/session/PersonScope.tsx";
import { SessionProvider } from "./api/session/SessionProvider.tsx";
import { RoleChangeToast, ServerAway, Starting } from "./modules/session/public.ts";
import { createAppRouter, preloadPages } from "./routes.tsx";

const place = document.getElementById("root");
if (place === null) throw new Error("index.html has no element with the id root.");

const router = createAppRouter();

createRoot(place).render(
  <StrictMode>
    <SessionProvider waiting={<Starting />} away={(error) => <ServerAway error={error} />}>
      <RoleChangeToast />
      <PersonScope>
        <RouterProvider router={router} />
      </PersonScope>
    </SessionProvider>
  </StrictMode>,
);

// Any earlier it would take the processor from the page that was asked for.
const preloadPauseMs = 2_000;
window.addEventListener("load", () => setTimeout(() => void preloadPages(), preloadPauseMs));
