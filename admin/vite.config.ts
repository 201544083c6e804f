import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressedFiles, pageFiles } from "./page-files.ts";
import { sizeLimits } from "./size-limits.ts";

const server = "http://127.0.0.1:4400";
const proxied = ["/api", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"];

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), sizeLimits(), pageFiles(), compressedFiles()],
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
    // A page's script waits for its style sheet; all of them together are smaller than a font.
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        // The names of shared parts list every page that takes them.
        chunkFileNames: ({ name }) => `assets/${name.startsWith("shared") ? "shared" : "[name]"}-[hash].js`,
        codeSplitting: {
          groups: [
            { name: "entry", tags: ["$initial"], priority: 1 },
            // What pages share, as a few files instead of thirty.
            { name: "shared", minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 20_000 },
          ],
        },
      },
    },
  },
});
