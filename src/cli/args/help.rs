//! The texts of `--help` around the options.

use crate::cli::exit;

pub(super) const ABOUT: &str = "Import the reports of your test runner into TestQuality";

pub(super) const LONG_ABOUT: &str = "Import the reports of your test runner into TestQuality.

After the import, every automated test in the reports exists exactly once in the project, in its folder, \
marked as automated. Existing manual tests are adopted: they are linked by folder and name, never \
overwritten. Running the same import again changes nothing; to finish an import that was stopped, run it \
again.";

const EXAMPLES: &str = "Try it without an account:
  tq-import --sandbox target/nextest/ci/junit.xml

See what an import would change, then import:
  export TQ_ACCESS_TOKEN=…
  tq-import --project Shop --namespace shop-web --dry-run 'reports/**/*.xml'
  tq-import --project Shop --namespace shop-web 'reports/**/*.xml'

Run `cargo test` or any command that writes reports, then import:
  tq-import run --sandbox -- cargo test
  tq-import run --sandbox 'reports/**/*.xml' -- make test

In a pipeline: fail if a test failed, and keep a summary for the next step:
  tq-import --fail-on-test-failure --output json=summary.json reports/";

/// What is shown for a call without arguments.
pub(in crate::cli) const FIRST_CONTACT: &str =
    "Import the reports of your test runner into TestQuality. Most used:

  tq-import run --sandbox -- pytest             run tests, import into a local sandbox: no account
  tq-import inspect 'reports/**/*.xml'          show what reports contain; nothing is sent
  tq-import --project Shop 'reports/**/*.xml'   import; TQ_ACCESS_TOKEN holds the token

`tq-import --help` shows every command and option.";

pub(super) const RUN_EXAMPLES: &str = "Examples:
  tq-import run --sandbox -- cargo test
  tq-import run --sandbox -- pytest -q
  tq-import run --project Shop --namespace shop-web 'reports/**/*.xml' -- npm test
  tq-import run target/nextest/ci/junit.xml -- cargo nextest run --profile ci
  tq-import run - -- just test";

pub(super) const CONVERT_EXAMPLES: &str = "Examples:
  go test -json ./... | tq-import convert --to junit - > junit.xml
  tq-import convert -o report.json playwright-report.json 'shards/**/*.xml'";

pub(super) const EXPLAIN_EXAMPLES: &str = "Examples:
  tq-import explain 'adds an article' reports/
  tq-import explain --sandbox tqi-9f86d081884c7d65 'reports/**/*.xml'";

pub(super) const LIST_EXAMPLES: &str = "Examples:
  tq-import list projects
  tq-import list tests --project Shop 'adds'
  tq-import list runs --project Shop --format json";

pub(super) const RELINK_EXAMPLES: &str = "Examples:
  tq-import relink --dry-run 'reports/**/*.xml'
  tq-import relink --map com.acme.cart=com.acme.basket 'reports/**/*.xml'
  tq-import relink --pair 'TC-12=adds two items' 'reports/**/*.xml'
  tq-import relink --from-namespace '' --namespace shop 'reports/**/*.xml'";

pub(super) const HOST: &str = "The server [env: TQ_HOST] [default: https://api.testquality.com]";

pub(super) fn long_host() -> String {
    format!(
        "{HOST}\n\nIn a file (tq-import.toml, .testquality), only *.testquality.com and loopback addresses are \
         accepted, so that a branch cannot send a pipeline's token elsewhere."
    )
}

pub(super) fn after_help() -> String {
    format!(
        "{EXAMPLES}\n\n`tq-import --help` describes every option in detail, and the exit codes."
    )
}

pub(super) fn after_long_help() -> String {
    format!(
        "An option overrides its environment variable, which overrides tq-import.toml (searched upwards to \
         the repository root), which overrides .testquality in the working directory. The proxy variables \
         HTTPS_PROXY and NO_PROXY are honoured.\n\n{EXAMPLES}\n\nExit codes:\n{}",
        exit::table()
    )
}
