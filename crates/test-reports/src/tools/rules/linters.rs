//! Linters, whose findings are not tests.

use super::root_attribute;
use crate::tools::part::Part;

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

pub(in crate::tools) fn is_written_by(part: &Part<'_>) -> bool {
    let is_linter = |name: &str| {
        let name = name.strip_prefix("org.").unwrap_or(name);
        LINTERS.contains(&name.to_ascii_lowercase().as_str())
    };
    root_attribute(part, "name").is_some_and(is_linter)
        || part.suites.iter().any(|suite| {
            is_linter(&suite.name) || suite.attribute("package").is_some_and(is_linter)
        })
}
