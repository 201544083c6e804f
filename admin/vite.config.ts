import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { sizeLimits } from "./size-limits.ts";

const server = "http://127.0.0.1:4400";
const proxied = ["/api", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"];

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), sizeLimits()],
  server: {
    port: 4401,
    strictPort: true,
    proxy: Object.fromEntries(proxied.map((path) => [path, { target: server, changeOrigin: true }])),
  },
  worker: { format: "es" },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2024",
    // The page is served with font-src 'self': nothing may become a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
