#!/usr/bin/env node
// Runs the program of the platform's package with the same arguments, streams, signals and exit code.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const name = `tq-import-${process.platform}-${process.arch}`;
const program = process.platform === "win32" ? "tq-import.exe" : "tq-import";

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(2);
}

let path;
try {
  path = require.resolve(`${name}/bin/${program}`);
} catch {
  fail(
    `the package ${name} is not installed. It is an optional dependency of tq-import: install again without --omit=optional, ` +
      "or, if there is no such package for your platform, build tq-import with cargo",
  );
}

let child;
// Before the program starts: a signal that arrives while it does must not leave it behind.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    // A terminal sends Ctrl-C to both; a second SIGINT would end the import before it could say what was done.
    if (!(signal === "SIGINT" && process.stdin.isTTY)) child.kill(signal);
  });
}
child = spawn(path, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
child.on("error", (error) => fail(`cannot run ${path}: ${error.message}`));
child.on("exit", (code, signal) => {
  process.exit(code ?? 128 + constants.signals[signal]);
});
