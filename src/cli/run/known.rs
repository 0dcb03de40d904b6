//! Test tools that write a report when they are asked to, or always at the same place: what `run` says or does for each.

/// What is known about the reports of a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Reports are where these patterns match, without any option.
    Writes(&'static [&'static str]),
    /// What to type, so that there is a report.
    Type(&'static str),
}

use Known::{Type, Writes};

/// Where Robot Framework writes without an option.
pub(super) const ROBOT: [&str; 1] = ["output.xml"];

/// Programs, the word behind them and their options that starts tests (any if it is empty), and what is known.
const TOOLS: [(&[&str], &str, Known); 46] = [
    (&["mvn", "mvnw"], "", Writes(&MAVEN)),
    (&["gradle", "gradlew"], "", Writes(&["**/build/test-results/**/TEST-*.xml"])),
    (&["sbt"], "", Writes(&["**/target/test-reports/*.xml"])),
    (&["bazel", "bazelisk"], "test", Writes(&["bazel-testlogs/**/test.xml"])),
    (&["robot", "pabot"], "", Writes(&ROBOT)),
    (
        &["mocha"],
        "",
        Type(
            "tq-import run mocha.json -- npx mocha --reporter json --reporter-option output=mocha.json",
        ),
    ),
    (&["ava"], "", Type("tq-import run - -- npx ava --tap")),
    (&["tap"], "", Type("tq-import run - -- npx tap --reporter=tap")),
    (&["prove"], "", Type("tq-import run - -- prove -v")),
    (
        &["bats"],
        "",
        Type("tq-import run report.xml -- bats --report-formatter junit --output . test"),
    ),
    (
        &["node"],
        "--test",
        Type(
            "tq-import run node.xml -- node --test --test-reporter=spec --test-reporter-destination=stdout \
             --test-reporter=junit --test-reporter-destination=node.xml",
        ),
    ),
    (
        &["bun"],
        "test",
        Type("tq-import run bun.xml -- bun test --reporter=junit --reporter-outfile=bun.xml"),
    ),
    (&["deno"], "test", Type("tq-import run deno.xml -- deno test --junit-path=deno.xml")),
    (
        &["react-scripts"],
        "test",
        Type(
            "tq-import run jest.json -- npx react-scripts test --watchAll=false --json --outputFile=jest.json",
        ),
    ),
    (
        &["craco"],
        "test",
        Type(
            "tq-import run jest.json -- npx craco test --watchAll=false --json --outputFile=jest.json",
        ),
    ),
    (
        &["cypress"],
        "run",
        Type(
            "tq-import run 'results/*.xml' -- npx cypress run --reporter junit --reporter-options \
             'mochaFile=results/[hash].xml'",
        ),
    ),
    (
        &["cucumber-js"],
        "",
        Type(
            "tq-import run cucumber.ndjson -- npx cucumber-js --format progress --format message:cucumber.ndjson",
        ),
    ),
    (
        &["testcafe"],
        "",
        Type(
            "tq-import run testcafe.json -- npx testcafe chrome tests --reporter spec,json:testcafe.json",
        ),
    ),
    (
        &["newman"],
        "run",
        Type(
            "tq-import run newman.json -- npx newman run COLLECTION --reporters cli,json --reporter-json-export \
             newman.json",
        ),
    ),
    (
        &["wdio"],
        "",
        Type(
            "add ['junit', { outputDir: 'reports', outputFileFormat: ({ cid }) => `results-${cid}.xml` }] to the \
             reporters of wdio.conf and the package @wdio/junit-reporter, then: tq-import run reports -- npx wdio run \
             wdio.conf.js",
        ),
    ),
    (
        &["karma"],
        "start",
        Type(
            "add the plugin karma-junit-reporter with outputDir 'reports', then: tq-import run reports -- npx karma \
             start --single-run --reporters dots,junit",
        ),
    ),
    (
        &["ng"],
        "test",
        Type(
            "add the plugin karma-junit-reporter with outputDir 'reports' to karma.conf, then: tq-import run reports -- \
             npx ng test --watch=false --reporters=dots,junit",
        ),
    ),
    (&["phpunit"], "", Type("tq-import run junit.xml -- vendor/bin/phpunit --log-junit junit.xml")),
    (
        &["paratest"],
        "",
        Type("tq-import run junit.xml -- vendor/bin/paratest --log-junit junit.xml"),
    ),
    (&["pest"], "", Type("tq-import run junit.xml -- vendor/bin/pest --log-junit junit.xml")),
    (
        &["artisan"],
        "test",
        Type("tq-import run junit.xml -- php artisan test --log-junit junit.xml"),
    ),
    (
        &["rspec"],
        "",
        Type(
            "tq-import run rspec.json -- bundle exec rspec --format progress --format json --out rspec.json",
        ),
    ),
    (
        &["cucumber"],
        "",
        Type(
            "tq-import run cucumber.ndjson -- bundle exec cucumber --format pretty --format message --out \
             cucumber.ndjson",
        ),
    ),
    (
        &["rails"],
        "test",
        Type(
            "add Minitest::Reporters::JUnitReporter of the gem minitest-reporters to test_helper.rb, then: tq-import run \
             test/reports -- bin/rails test",
        ),
    ),
    (&["behave"], "", Type("tq-import run reports -- behave --junit --junit-directory reports")),
    (
        &["unittest"],
        "",
        Type(
            "pytest runs these tests, too: tq-import run -- pytest; or, with the package unittest-xml-reporting: \
              tq-import run reports -- python -m xmlrunner discover -o reports",
        ),
    ),
    (&["xmlrunner"], "", Type("tq-import run reports -- python -m xmlrunner discover -o reports")),
    (
        &["nose2"],
        "",
        Type("tq-import run nose2-junit.xml -- nose2 --plugin nose2.plugins.junitxml --junit-xml"),
    ),
    (
        &["tox"],
        "",
        Type(
            "if {posargs} passes its arguments to pytest, which writes into the directory that it runs in: tq-import run \
             junit.xml -- tox -- --junitxml=junit.xml",
        ),
    ),
    (
        &["nox"],
        "",
        Type(
            "if session.posargs passes its arguments to pytest, which writes into the directory that it runs in: tq-import \
             run junit.xml -- nox -- --junitxml=junit.xml",
        ),
    ),
    (&["gotestsum"], "", Type("tq-import run go.json -- gotestsum --jsonfile go.json")),
    (&["ginkgo"], "", Type("tq-import run ginkgo.xml -- ginkgo -r --junit-report=ginkgo.xml")),
    (&["dotnet"], "test", Type("tq-import run '**/TestResults/*.trx' -- dotnet test --logger trx")),
    (
        &["vstest.console"],
        "",
        Type("tq-import run 'TestResults/*.trx' -- vstest.console.exe TESTS.dll /Logger:trx"),
    ),
    (&["nunit3-console"], "", Writes(&["TestResult.xml"])),
    (
        &["ctest"],
        "",
        Type("tq-import run build/ctest.xml -- ctest --test-dir build --output-junit ctest.xml"),
    ),
    (
        &["meson"],
        "test",
        Type("tq-import run build/meson-logs/testlog.junit.xml -- meson test -C build"),
    ),
    (
        &["swift"],
        "test",
        Type("tq-import run 'swift*.xml' -- swift test --parallel --xunit-output swift.xml"),
    ),
    (
        &["flutter"],
        "test",
        Type("tq-import run tests.jsonl -- flutter test --file-reporter json:tests.jsonl"),
    ),
    (
        &["dart"],
        "test",
        Type("tq-import run tests.jsonl -- dart test --file-reporter json:tests.jsonl"),
    ),
    (&["k6"], "run", Type("tq-import run k6.json -- k6 run --summary-export k6.json SCRIPT")),
];

const MAVEN: [&str; 2] =
    ["**/target/surefire-reports/TEST-*.xml", "**/target/failsafe-reports/TEST-*.xml"];

/// What is known about the tool that `program` with these arguments runs.
pub(super) fn known(program: &str, arguments: &[String]) -> Option<Known> {
    let is_option = |argument: &&String| argument.starts_with('-');
    let starts = |(programs, word, _): &&(&[&str], &str, Known)| {
        let command = arguments.iter().find(|argument| !is_option(argument));
        let has_word = match word.strip_prefix('-') {
            Some(_) => arguments.iter().any(|argument| argument == word),
            None => word.is_empty() || command.is_some_and(|command| command == word),
        };
        programs.contains(&program) && has_word
    };
    TOOLS.iter().find(starts).map(|(_, _, known)| *known)
}

/// Whether `program` is one of these tools.
pub(super) fn is_known(program: &str) -> bool {
    TOOLS.iter().any(|(programs, _, _)| programs.contains(&program))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::run::launch::{Tool, launched};

    /// What is advised is a command of the same tool: nobody is sent from one message to another.
    #[test]
    fn what_to_type_starts_the_tool_and_names_its_report() {
        for (programs, word, advice) in TOOLS {
            let Type(advice) = advice else { continue };
            let line = advice.split("tq-import run ").last().unwrap();
            let (report, command) = line.split_once("-- ").unwrap();
            assert!(!report.trim().is_empty(), "{advice}");
            let words: Vec<String> = command.split_whitespace().map(ToOwned::to_owned).collect();
            let found = launched(&words, std::path::Path::new("/nowhere"));
            let tool = found.map(|launch| launch.tool);
            assert!(matches!(tool, Some(Tool::Other(Type(_)))), "{programs:?} {word}: {command}");
            let name = report.trim().trim_matches('\'').rsplit('/').next().unwrap();
            let stem = name.split(['.', '*']).next().unwrap();
            // Some tools have a place of their own.
            let fixed = ["", "-", "nose2-junit", "report", "testlog", "reports"];
            assert!(fixed.contains(&stem) || command.contains(stem), "{advice}");
        }
    }
}
