//! Linters and scanners, whose findings are not tests.
//!
//! They are recognised by their names, and by the shape of what they write: cases that all failed, and whose names or
//! classnames are positions in files. A test that fails must not look like that, so each shape demands several facts.

use super::{all_cases, root_attribute, suite_name_of};
use crate::formats::model::{Case, Detail, Outcome};
use crate::tools::part::Part;
use crate::tools::volatile::{has_extension, without_line};

/// Names of linters in the name of the root, or in the name or package of a suite. Letters and digits only.
const LINTERS: [&str; 61] = [
    "eslint",
    "ruff",
    "mypy",
    "stylelint",
    "tslint",
    "htmlhint",
    "jshint",
    "jscs",
    "csslint",
    "pylint",
    "flake8",
    "bandit",
    "black",
    "isort",
    "pycodestyle",
    "pydocstyle",
    "shellcheck",
    "hadolint",
    "yamllint",
    "ansiblelint",
    "rubocop",
    "phpstan",
    "phpcs",
    "phpcodesniffer",
    "phpcsfixer",
    "phpmd",
    "psalm",
    "golangcilint",
    "gosec",
    "swiftlint",
    "swiftformat",
    "ktlint",
    "detekt",
    "cppcheck",
    "cpplint",
    "clangtidy",
    "tflint",
    "tfsec",
    "terrascan",
    "checkov",
    "kics",
    "trivy",
    "grype",
    "gitleaks",
    "trufflehog",
    "semgrep",
    "spectral",
    "biome",
    "oxlint",
    "oxc",
    "luacheck",
    "markdownlint",
    "cfnlint",
    "cloudformationlint",
    "kubeconform",
    "kubeval",
    "kubelinter",
    "kubescore",
    "scsslint",
    "sasslint",
    "credo",
];

/// Words that may follow the name of a linter.
const SUFFIXES: [&str; 14] = [
    "report",
    "results",
    "result",
    "rules",
    "issues",
    "findings",
    "errors",
    "warnings",
    "cli",
    "cli2",
    "formatter",
    "junit",
    "check",
    "scan",
];

pub(in crate::tools) fn is_written_by(part: &Part<'_>) -> bool {
    root_attribute(part, "name").is_some_and(is_linter)
        || part.suites.iter().any(|suite| {
            is_linter(&suite.name)
                || suite.attribute("package").is_some_and(|package| {
                    let last = package.rsplit('.').next().unwrap_or_default();
                    package.contains('.') && is_linter(last) || is_linter(package)
                })
        })
        || has_shape_of_findings(part)
}

/// Whether `name` is that of a linter: alone, with its version, or with words such as `report`.
fn is_linter(name: &str) -> bool {
    let name = name.strip_prefix("org.").unwrap_or(name);
    // `flake8.shop/cart.py`
    if let Some((linter, file)) = name.split_once('.')
        && has_extension(file)
        && LINTERS.contains(&linter)
    {
        return true;
    }
    let mut joined = String::new();
    let mut found = false;
    for word in
        name.split(|next: char| !next.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
    {
        let word = word.to_ascii_lowercase();
        let is_version =
            word.trim_start_matches('v').starts_with(|next: char| next.is_ascii_digit());
        if !found {
            joined.push_str(&word);
            found = LINTERS.contains(&joined.as_str());
        } else if LINTERS.contains(&format!("{joined}{word}").as_str()) {
            joined.push_str(&word);
        } else if !is_version && !SUFFIXES.contains(&word.as_str()) {
            return false;
        }
    }
    found
}

fn has_shape_of_findings(part: &Part<'_>) -> bool {
    const SHAPES: [fn(&Finding<'_>) -> bool; 7] = [
        position_as_name,
        position_as_classname,
        line_in_text,
        rule_of_file,
        severity_in_name,
        file_and_position,
        kind_of_manifest,
    ];
    SHAPES
        .iter()
        .any(|shape| all_cases(part, |case| shape(&Finding::new(case, suite_name_of(part, case)))))
}

/// A case that may be a finding.
struct Finding<'a> {
    suite: &'a str,
    classname: &'a str,
    name: &'a str,
    outcome: Outcome,
    message: &'a str,
    kind: &'a str,
    text: &'a str,
}

impl<'a> Finding<'a> {
    fn new(case: &'a Case, suite: &'a str) -> Self {
        let of = |part: fn(&Detail) -> Option<&str>| {
            case.detail().and_then(part).unwrap_or_default().trim()
        };
        Self {
            suite: suite.trim(),
            classname: case.classname.as_deref().unwrap_or_default().trim(),
            name: case.name.as_deref().unwrap_or_default().trim(),
            outcome: case.outcome,
            message: of(|detail| detail.message.as_deref()),
            kind: of(|detail| detail.kind.as_deref()),
            text: of(|detail| detail.text.as_deref()),
        }
    }

    fn failed(&self) -> bool {
        self.outcome >= Outcome::Failed
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_whitespace)
}

/// Whether `text` is a file with a line.
fn is_position(text: &str) -> bool {
    is_word(text) && without_line(text).len() < text.len()
}

fn is_file(text: &str) -> bool {
    let last = text.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    is_word(text) && (has_extension(text) || last.ends_with("dockerfile") || last == "makefile")
}

/// PHPStan, Psalm, pylint, luacheck.
fn position_as_name(finding: &Finding<'_>) -> bool {
    finding.outcome != Outcome::Passed
        && is_position(finding.name)
        && !finding.classname.contains(' ')
}

/// PHP_CodeSniffer writes `Rule at shop/cart.php (3:1)`, golangci-lint the position as classname and in its message.
fn position_as_classname(finding: &Finding<'_>) -> bool {
    let file = without_line(finding.classname);
    let has_column = file.len() + 2 < finding.classname.len()
        && finding.classname[file.len() + 1..].contains(':');
    let is_golangci = is_word(finding.name)
        && is_position(finding.classname)
        && (has_column || finding.suite == file)
        && [finding.message, finding.text].iter().any(|text| text.contains(finding.classname));
    let is_sniffer = finding.name.rsplit_once(" (").is_some_and(|(start, position)| {
        let position = position.strip_suffix(')').and_then(|position| position.split_once(':'));
        let is_number =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        position.is_some_and(|(line, column)| is_number(line) && is_number(column))
            && start
                .split_once(" at ")
                .is_some_and(|(rule, file)| is_word(rule) && has_extension(file))
    });
    finding.failed() && (is_golangci || is_sniffer)
}

/// ESLint and those that imitate it: the text starts with `line 3, col 5`, `Line 3`, `warning:\nLine:3`.
fn line_in_text(finding: &Finding<'_>) -> bool {
    let text = finding.text.to_ascii_lowercase();
    let text =
        ["warning:", "error:"].iter().find_map(|level| text.strip_prefix(level)).unwrap_or(&text);
    let has_line = text.trim_start().strip_prefix("line").is_some_and(|rest| {
        rest.trim_start_matches([' ', ':']).starts_with(|next: char| next.is_ascii_digit())
    });
    let files = [finding.suite, finding.classname, finding.name];
    let has_file = files.iter().any(|text| is_file(text))
        || (is_word(finding.suite) && finding.suite.contains('/'));
    finding.failed() && has_line && has_file
}

/// markdownlint, hadolint, shellcheck: `MD013/line-length`, `DL3008`, `SC2086` with the file as classname.
fn rule_of_file(finding: &Finding<'_>) -> bool {
    let code = finding.name.split(['/', ' ', ':']).next().unwrap_or_default();
    let letters = code.trim_end_matches(|next: char| next.is_ascii_digit());
    let is_code = (1..=6).contains(&letters.len())
        && letters.bytes().all(|byte| byte.is_ascii_uppercase())
        && (3..=5).contains(&(code.len() - letters.len()))
        // Test cases have numbers too.
        && !["T", "TC", "TEST", "AC", "REQ", "US", "UC", "BUG"].contains(&letters);
    let file = finding.classname.to_ascii_lowercase();
    let is_test = ["test", "spec", "feature", "bats"].iter().any(|word| file.contains(word));
    finding.failed() && is_code && is_file(finding.classname) && !is_test
}

/// Trivy writes `[HIGH] CVE-2026-1234`, checkov `[NONE][CKV_AWS_21] Ensure …`.
fn severity_in_name(finding: &Finding<'_>) -> bool {
    const LEVELS: [&str; 7] = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN", "INFO", "NONE"];
    let Some((level, rest)) = finding.name.strip_prefix('[').and_then(|rest| rest.split_once(']'))
    else {
        return finding.classname.starts_with("checkov.");
    };
    // Titles of tests contain priorities and numbers too: only known kinds of rules count.
    const RULES: [&str; 15] = [
        "CVE-", "GHSA-", "AVD-", "CKV", "BC_", "DS0", "DS-", "KSV", "RHSA-", "ELSA-", "ALAS",
        "DLA-", "DSA-", "USN-", "TEMP-",
    ];
    let rule = rest.trim_start_matches([' ', '[']);
    LEVELS.contains(&level)
        && (RULES.iter().any(|start| rule.starts_with(start)) || finding.kind == "description")
}

/// gosec: the name is the file, the text its position in brackets.
fn file_and_position(finding: &Finding<'_>) -> bool {
    finding.failed()
        && finding.classname.is_empty()
        && has_extension(finding.name)
        && finding.text.contains(&format!("[{}:", finding.name))
}

/// kubeconform: the suite is a manifest, the classname is `Deployment@apps/v1`.
fn kind_of_manifest(finding: &Finding<'_>) -> bool {
    let is_manifest = [".yaml", ".yml", ".json"].iter().any(|end| finding.suite.ends_with(end));
    is_manifest
        && finding.classname.split_once('@').is_some_and(|(kind, version)| {
            kind.starts_with(|first: char| first.is_ascii_uppercase())
                && kind.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && is_word(version)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::read_one;

    fn is_linter_report(xml: &str) -> bool {
        let report = read_one(xml, "report.xml");
        Part::all(&report).iter().all(is_written_by)
    }

    fn suite(attributes: &str, cases: &str) -> String {
        format!("<testsuites><testsuite {attributes}>{cases}</testsuite></testsuites>")
    }

    /// One report for each linter, after the source of its reporter, without the document element's attributes: merging
    /// loses them.
    #[test]
    fn findings_are_recognised() {
        let golangci = |message: &str| {
            let failure = format!(
                "<failure message='{message}' type='error'>error: x\nFile: shop/a.go\nLine: 3</failure>"
            );
            suite(
                "name='shop/a.go'",
                &format!("<testcase name='unused' classname='shop/a.go:3:6'>{failure}</testcase>"),
            )
        };
        let line = |name: &str, text: &str| {
            format!("<testcase name='{name}'><failure message='no'>{text}</failure></testcase>")
        };
        let reports = [
            ("golangci-lint", golangci("shop/a.go:3:6: func x is unused")),
            ("phpstan", suite("name='analysis'", &line("src/Cart.php:12", ""))),
            ("psalm", suite("name='src/Cart.php'", "<testcase name='src/Cart.php:12' classname='UndefinedClass'><skipped>line: 12</skipped></testcase>")),
            ("pylint", suite("name='x'", "<testcase name='shop/cart.py:3:0' classname='C0114'><failure/></testcase>")),
            ("luacheck", suite("name='Luacheck report'", "<testcase name='cart.lua:1' classname='cart.lua'><failure type='W211' message='cart.lua:3:1: unused'/></testcase>")),
            ("php cs fixer", suite("name='PHP CS Fixer'", "<testcase name='src/Cart' file='src/Cart.php'><failure type='code_style'/></testcase>")),
            ("phpcs", suite("name='src/Cart.php'", "<testcase name='PSR12.Files.FileHeader at src/Cart.php (3:1)'><failure type='error' message='x'/></testcase>")),
            ("eslint", suite("package='org.eslint' name='a.js'", "<testcase name='org.eslint.no-undef' classname='a'><failure>line 1, col 2, Error</failure></testcase>")),
            ("stylelint", suite("name='css/a.css'", &line("color-named", "line 3, col 5: error"))),
            ("oxlint", suite("name='a.js'", &line("eslint(no-debugger)", "line 1, column 1, no"))),
            ("biome", suite("name='src/a.ts' package='org.biome'", &line("org.biome.lint.style.noVar", "line 2, col 0, no"))),
            ("spectral", suite("package='org.spectral' name='api.yaml'", "<testcase name='api.yaml' classname='api'/>")),
            ("tflint", suite("name=''", "<testcase name='terraform_typed_variables' classname='main.tf'><failure message='x'>line 3, col 1, Warning - x</failure></testcase>")),
            ("tfsec", suite("name='tfsec'", &line("[aws-s3-encryption]", "main.tf:3"))),
            ("checkov", suite("name='terraform scan'", "<testcase name='[NONE][CKV_AWS_21] Ensure it' classname='/main.tf.aws_s3_bucket.a' file='/main.tf'/>")),
            ("trivy", suite("name='shop:latest (alpine 3.19)'", "<testcase classname='libc-1.2' name='[HIGH] CVE-2026-1234'><failure/></testcase>")),
            ("gosec", suite("name='Errors unhandled.'", &line("/ci/cart.go", "Results:\n[/ci/cart.go:12] - Errors unhandled."))),
            ("cfn-lint", suite("name='CloudFormation Lint'", "<testcase name='E1001 Basic'/>")),
            ("markdownlint", suite("name='x'", "<testcase classname='README.md' name='MD013/line-length'><failure message='Line length'>Line 3</failure></testcase>")),
            ("hadolint", suite("name='x'", "<testcase classname='web/Dockerfile' name='DL3008'><failure/></testcase>")),
            ("shellcheck", suite("name='x'", "<testcase classname='run.sh' name='SC2086'><failure/></testcase>")),
            ("swiftlint", "<testsuites><testsuite><testcase classname='Formatting Test' name='Shop/Cart.swift'><failure message='Line Length'>warning:\nLine:9 </failure></testcase></testsuite></testsuites>".to_owned()),
            ("rubocop", suite("name='rubocop'", "<testcase classname='lib.cart' name='Layout/LineLength'/>")),
            ("ansible-lint", suite("name='ansible-lint'", &line("[yaml] roles/web/main.yml", "x"))),
            ("yamllint", suite("name='yaml-lint'", &line("line too long", "x"))),
            ("ktlint", suite("name='ktlint'", &line("x", ""))),
            ("detekt", suite("name='detekt 1.23.6'", &line("x", ""))),
            ("semgrep", suite("name='semgrep results'", &line("python.lang.eval", "x"))),
            ("flake8", suite("name='flake8.shop/cart.py'", &line("x", ""))),
            ("kubeconform", suite("name='deploy/web.yaml'", "<testcase name='web' classname='Deployment@apps/v1'/>")),
            ("gitleaks", suite("name='gitleaks'", &line("x", ""))),
        ];
        for (linter, xml) in &reports {
            assert!(is_linter_report(xml), "{linter}: {xml}");
        }
    }

    #[test]
    fn failing_tests_are_not_findings() {
        let reports = [
            suite(
                "name='Run 1 of 1'",
                "<testcase classname='spec/cart_spec.lua:12' name='adds'><failure message='spec/cart_spec.lua:12: no'/></testcase>",
            ),
            suite(
                "name='site'",
                "<testcase classname='roles/web/main.yml:3' name='[web1] install nginx'><failure message='no'/></testcase>",
            ),
            suite(
                "name='x'",
                "<testcase classname='test/a.test.js' name='TC001'><failure message='no'/></testcase>",
            ),
            suite(
                "name='x'",
                "<testcase classname='test/a.test.js' name='adds'><failure>line 3</failure></testcase><testcase classname='test/a.test.js' name='b'/>",
            ),
            suite(
                "name='x'",
                "<testcase classname='Cart' name='[HIGH] SHOP-123 adds'><failure message='no'/></testcase>",
            ),
            suite("name='black box'", "<testcase classname='Cart' name='adds'/>"),
            suite("name='[HIGH] priority'", "<testcase classname='Cart' name='[HIGH] adds'/>"),
            suite(
                "name='Cart'",
                "<testcase name='tests/a.c'><failure>tests/a.c:12: no</failure></testcase>",
            ),
            suite("name='check results'", "<testcase name='adds' classname='Cart'/>"),
        ];
        for xml in &reports {
            assert!(!is_linter_report(xml), "{xml}");
        }
    }
}
