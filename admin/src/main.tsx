import "./ui/theme/tokens.css";
import "./ui/theme/base.css";
import "./ui/page/button.css";
import "./ui/page/card.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { LiveProvider } from "./api/live/LiveProvider.tsx";
import { createQueryClient } from "./api/query-client.ts";
import { createAppRouter, preloadPages } from "./routes.tsx";

const place = document.getElementById("root");
if (place === null) throw new Error("index.html has no element with the id root.");

createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={createQueryClient()}>
      <LiveProvider>
        <RouterProvider router={createAppRouter()} />
      </LiveProvider>
    </QueryClientProvider>
  </StrictMode>,
);

// Any earlier it would take the processor from the page that was asked for.
const preloadPauseMs = 2_000;
window.addEventListener("load", () => setTimeout(() => void preloadPages(), preloadPauseMs));
