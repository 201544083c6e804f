// npm run sbom: writes security/sbom.cdx.json (CycloneDX 1.5), what the product is made of, from the lockfile. Nothing in it changes
// unless a package does. With --check it writes nothing and fails when it differs.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

const root = path.resolve(import.meta.dirname, "..");
const target = path.join(root, "security/sbom.cdx.json");
const { values } = parseArgs({ options: { check: { type: "boolean" } } });

const text = `${JSON.stringify(readBill(), null, 1)}\n`;
if (!values.check) writeFileSync(target, text);
else if (readFileSync(target, "utf8") !== text) {
  console.error("security/sbom.cdx.json differs from the lockfile: run npm run sbom.");
  process.exitCode = 1;
}

/** Packages that only development needs. npm's own --omit=dev also leaves out what both need. */
function readDevelopmentOnly() {
  const { packages } = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  const used = new Set();
  const all = new Set();
  for (const [place, { version, dev, devOptional }] of Object.entries(packages)) {
    const reference = `${place.split("node_modules/").at(-1)}@${version}`;
    all.add(reference);
    if (!dev && !devOptional) used.add(reference);
  }
  return all.difference(used);
}

function readBill() {
  const words = ["sbom", "--package-lock-only", "--sbom-format=cyclonedx"];
  const outcome = spawnSync("npm", words, { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (outcome.status !== 0) throw new Error(`npm sbom ended with ${outcome.status}: ${outcome.stderr}`);
  const { serialNumber: _serial, metadata, components, dependencies, ...bill } = JSON.parse(outcome.stdout);
  const { timestamp: _timestamp, tools: _tools, ...kept } = metadata;
  const left = readDevelopmentOnly();
  return {
    ...bill,
    metadata: { ...kept, component: { ...withoutPlaces(metadata.component), name: "coursewright" } },
    components: components
      .filter((component) => !left.has(component["bom-ref"]))
      .map(withoutPlaces)
      .sort(byReference("bom-ref")),
    dependencies: dependencies
      .filter(({ ref }) => !left.has(ref))
      .map(({ ref, dependsOn = [] }) => ({
        ref,
        dependsOn: dependsOn.filter((name) => !left.has(name)).sort(),
      }))
      .sort(byReference("ref")),
  };
}

/** Where a package was fetched from is the installer's matter, not the product's. */
function withoutPlaces({ externalReferences: _places, ...component }) {
  return component;
}

function byReference(field) {
  return (left, right) => (left[field] < right[field] ? -1 : 1);
}
