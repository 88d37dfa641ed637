import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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

/** Adds the text of each operation of the entry by its hash to one manifest (ROLLBOOK_TRUSTED_DOCUMENTS). */
function trustedDocuments(entry: Entry): Plugin {
  return {
    name: "trusted-documents",
    apply: "build",
    async writeBundle({ dir }) {
      const manifest = join(dir ?? here, "trusted-documents.json");
      const server = await createServer({
        root: here,
        configFile: false,
        server: { middlewareMode: true, hmr: false, ws: false, watch: null },
        resolve: { alias: PACKAGE },
        optimizeDeps: { noDiscovery: true },
        logLevel: "error",
      });
      try {
        const loaded = await server.ssrLoadModule(`/src/${entry}/documents.ts`);
        const { TEXTS } = loaded as { TEXTS: readonly string[] };
        const named = TEXTS.map(text => [createHash("sha256").update(text).digest("hex"), text]);
        const earlier: object = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")) : {};
        writeFileSync(manifest, JSON.stringify({ ...earlier, ...Object.fromEntries(named) }, null, 1));
      } finally {
        await server.close();
      }
    },
  };
}

// The package is used by its name, as other clients use it, and from its sources.
const PACKAGE = { "@rollbook/client": join(here, "src/live/index.ts") };

/** What an entry is drawn with. All are written for React; Preact, a twelfth of its size, stands in for it. */
const PREACT = {
  "react/jsx-runtime": "preact/jsx-runtime",
  "react-dom/client": "preact/compat/client",
  "react-dom": "preact/compat",
  react: "preact/compat",
};
const ENTRIES = { staff: {}, family: PREACT, kiosk: PREACT };
type Entry = keyof typeof ENTRIES;

// Each entry is a build of its own (`--mode family`), because it decides what `react` is.
export default defineConfig(({ mode }) => {
  const entry: Entry = mode in ENTRIES ? (mode as Entry) : "staff";
  const isFirst = entry === "staff";
  return {
    plugins: [react(), compressed(), trustedDocuments(entry)],
    resolve: { alias: { ...PACKAGE, ...ENTRIES[entry] } },
    build: {
      outDir: "static",
      emptyOutDir: isFirst,
      target: "es2022",
      // A file inside a page would need a policy that allows data: addresses.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: {
        // Whoever runs `make up` is not told how long each plugin takes.
        checks: { pluginTimings: false },
        input: {
          [entry]: join(here, `${entry}.html`),
          ...(isFirst ? { worker: join(here, "src/shell/worker.ts") } : {}),
        },
        // A worker reaches the pages at and below its own address.
        output: { entryFileNames: chunk => (chunk.name === "worker" ? "worker.js" : "assets/[name]-[hash].js") },
      },
    },
    server: {
      proxy: { "/graphql": { target: "http://127.0.0.1:8000", ws: true }, "/client.json": "http://127.0.0.1:8000" },
    },
  };
});
