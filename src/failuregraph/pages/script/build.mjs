// Writes static/sparql.js and the licences of what is in it; the same sources give the same bytes.
import { build } from "esbuild";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, "..", "static");

const result = await build({
  absWorkingDir: here,
  entryPoints: ["main.ts"],
  outfile: join(folder, "sparql.js"),
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});

/** The packages whose code is in the bundle, by the paths of its inputs. */
const packages = new Set();
for (const path of Object.keys(result.metafile.inputs)) {
  const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
  if (found) packages.add(found[1]);
}

const parts = [];
for (const name of [...packages].sort()) {
  const home = join(here, "node_modules", name);
  const about = JSON.parse(await readFile(join(home, "package.json"), "utf8"));
  const file = (await readdir(home)).sort().find((each) => /^licen[cs]e/i.test(each));
  if (!file && !about.license) throw new Error(`${name} states no licence.`);
  const text = file ? (await readFile(join(home, file), "utf8")).trim() : `Licence: ${about.license}`;
  parts.push(`${name} ${about.version} (${about.license})\n\n${text}\n`);
}
const head = "What sparql.js contains besides code of this project, and under which licences.\n";
await writeFile(join(folder, "sparql.licences.txt"), [head, ...parts].join(`\n${"-".repeat(72)}\n\n`));
