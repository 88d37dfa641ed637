import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { createServer, defineConfig, type Plugin } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Writes a compressed copy beside each hashed file, which the API sends to browsers that accept it. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    writeBundle({ dir }) {
      const folder = join(dir ?? here, "assets");
      for (const name of readdirSync(folder)) {
        if (!/\.(js|css|svg)$/.test(name)) continue;
        const packed = gzipSync(readFileSync(join(folder, name)), { level: constants.Z_BEST_COMPRESSION });
        writeFileSync(join(folder, `${name}.gz`), packed);
      }
    },
  };
}

/** Writes the text of each operation by its hash, for a server that accepts no others (ROLLBOOK_TRUSTED_DOCUMENTS). */
function trustedDocuments(): Plugin {
  return {
    name: "trusted-documents",
    apply: "build",
    async writeBundle({ dir }) {
      const server = await createServer({
        root: here,
        configFile: false,
        server: { middlewareMode: true, hmr: false, ws: false, watch: null },
        optimizeDeps: { noDiscovery: true },
        logLevel: "error",
      });
      try {
        const { TEXTS } = (await server.ssrLoadModule("/src/staff/documents.ts")) as { TEXTS: readonly string[] };
        const named = TEXTS.map(text => [createHash("sha256").update(text).digest("hex"), text]);
        writeFileSync(join(dir ?? here, "trusted-documents.json"), JSON.stringify(Object.fromEntries(named), null, 1));
      } finally {
        await server.close();
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), compressed(), trustedDocuments()],
  build: {
    outDir: "static",
    target: "es2022",
    // A file inside a page would need a policy that allows data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { staff: join(here, "staff.html"), worker: join(here, "src/shell/worker.ts") },
      // A worker reaches the pages at and below its own address.
      output: { entryFileNames: chunk => (chunk.name === "worker" ? "worker.js" : "assets/[name]-[hash].js") },
    },
  },
  server: {
    proxy: { "/graphql": { target: "http://127.0.0.1:8000", ws: true }, "/client.json": "http://127.0.0.1:8000" },
  },
});
