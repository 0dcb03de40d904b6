//! Linters, whose findings are not tests.

use super::root_attribute;
use crate::formats::model::Report;

/// Names of linters in the name of the root, or in the name or package of a suite.
const LINTERS: [&str; 30] = [
    "eslint",
    "ruff",
    "mypy",
    "stylelint",
    "tslint",
    "htmlhint",
    "jshint",
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
    "ansible-lint",
    "rubocop",
    "phpstan",
    "phpcs",
    "psalm",
    "golangci-lint",
    "swiftlint",
    "ktlint",
    "detekt",
    "cppcheck",
    "tflint",
    "checkov",
    "biome",
];

pub(in crate::tools) fn is_written_by(report: &Report) -> bool {
    let is_linter = |name: &str| {
        let name = name.strip_prefix("org.").unwrap_or(name);
        LINTERS.contains(&name.to_ascii_lowercase().as_str())
    };
    root_attribute(report, "name").is_some_and(is_linter)
        || report.suites.iter().any(|suite| {
            is_linter(&suite.name) || suite.attribute("package").is_some_and(is_linter)
        })
}
