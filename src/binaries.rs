//! The names of cargo-nextest for the binaries in the output of `cargo test`: `shop`, `shop::it`, `shop::bin/till`.
//!
//! The output names a binary by the name of a target and a source file below a package that it does not name. `cargo
//! metadata` lists the targets of all packages. If several fit, the sources in the `.d` file beside the binary decide.
//! This module does not run cargo: [`Workspace::parse`] takes its output.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use test_reports::formats::libtest::{BINARY, DOC_TESTS, TARGET, binary_name};
use test_reports::formats::model::{Flaw, Format, Report, Suite};
use test_reports::text::count;

/// The packages of a workspace, as `cargo metadata --no-deps --format-version 1` prints them.
#[derive(Clone, Debug, Deserialize)]
pub struct Workspace {
    packages: Vec<Package>,
    workspace_root: PathBuf,
}

#[derive(Clone, Debug, Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Clone, Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    src_path: PathBuf,
}

/// Whether `report` contains binaries that still need a name. Those from JSON lines have one.
#[must_use]
pub fn are_wanted(report: &Report) -> bool {
    report.format == Format::Libtest && report.shard.is_none()
}

/// Gives the suites of `report` the names that cargo-nextest has for their binaries. Relative paths of binaries start at
/// `directory`, where cargo ran. Returns the binaries that keep their own names, because no target, or more than one,
/// fits.
///
/// Tests of unknown binaries are removed, which is damage: their identities and folders would be wrong.
pub fn name(report: &mut Report, workspace: Option<&Workspace>, directory: &Path) -> Vec<String> {
    remove_nameless(report);
    let mut unknown = Vec::new();
    for suite in &mut report.suites {
        if !is_binary(suite) {
            continue;
        }
        match workspace.and_then(|workspace| workspace.id_of(suite, directory)) {
            Some(id) => suite.name = Arc::from(id),
            None => unknown.push(suite.name.to_string()),
        }
    }
    unknown
}

fn is_binary(suite: &Suite) -> bool {
    suite.attribute(BINARY).or(suite.attribute(DOC_TESTS)).is_some()
}

fn remove_nameless(report: &mut Report) {
    let suites = &report.suites;
    let (mut removed, mut first) = (0, None);
    report.cases.retain(|case| {
        let suite = case.suite.and_then(|suite| suites.get(suite as usize));
        let is_named = suite.is_some_and(is_binary);
        if !is_named {
            removed += 1;
            first.get_or_insert(case.position);
        }
        is_named
    });
    if let Some(position) = first {
        let message = format!(
            "the binaries of {} are unknown, because the `Running` lines of cargo are missing: \
             use `cargo test 2>&1 | tq-import -` or `tq-import run -- cargo test`",
            count(removed, "test")
        );
        report.damage = Some(Flaw::new(position, message));
    }
}

impl Workspace {
    /// Parses the output of `cargo metadata`.
    ///
    /// # Errors
    /// If it is something else.
    pub fn parse(json: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(json)
    }

    fn id_of(&self, suite: &Suite, directory: &Path) -> Option<String> {
        if let Some(krate) = suite.attribute(DOC_TESTS) {
            let (package, _) = only(self.targets().filter(|(_, target)| {
                target.is_library() && crate_name(&target.name) == crate_name(krate)
            }))?;
            return Some(format!("{}::doc", package.name));
        }
        let path = suite.attribute(BINARY)?;
        let name = crate_name(binary_name(path));
        let source = suite.attribute(TARGET).unwrap_or_default();
        let source = source.strip_prefix("unittests").unwrap_or(source).trim().replace('\\', "/");
        let fits = |package: &Package, target: &Target| {
            let below = package.manifest_path.parent().unwrap_or(Path::new(""));
            crate_name(&target.name) == name
                && target.has_tests()
                && (source.is_empty() || slashes(&below.join(&source)) == slashes(&target.src_path))
        };
        let fitting = || self.targets().filter(|(package, target)| fits(package, target));
        let (package, target) = only(fitting()).or_else(|| {
            let sources = self.sources(&directory.join(path));
            only(fitting().filter(|(_, target)| sources.contains(&slashes(&target.src_path))))
        })?;
        Some(target.id(&package.name))
    }

    fn targets(&self) -> impl Iterator<Item = (&Package, &Target)> {
        self.packages
            .iter()
            .flat_map(|package| package.targets.iter().map(move |target| (package, target)))
    }

    /// The sources of a binary, by the `.d` file beside it. Empty without that file.
    fn sources(&self, binary: &Path) -> Vec<String> {
        let name = binary.file_name().unwrap_or_default().to_string_lossy();
        let name = name.strip_suffix(".exe").unwrap_or(&name);
        let text = std::fs::read_to_string(binary.with_file_name(format!("{name}.d")));
        let text = text.unwrap_or_default();
        let rules = text.lines().filter_map(|line| line.split_once(": "));
        rules
            .flat_map(|(_, sources)| paths(sources))
            .map(|source| slashes(&self.workspace_root.join(source)))
            .collect()
    }
}

impl Target {
    fn is(&self, kinds: &[&str]) -> bool {
        self.kind.iter().any(|kind| kinds.contains(&kind.as_str()))
    }

    fn is_library(&self) -> bool {
        self.is(&["lib", "rlib", "dylib", "cdylib", "staticlib", "proc-macro"])
    }

    fn has_tests(&self) -> bool {
        self.is_library() || self.is(&["test", "bin", "example", "bench"])
    }

    /// nextest's identifier of the binary of this target.
    fn id(&self, package: &str) -> String {
        if self.is(&["test"]) {
            return format!("{package}::{}", self.name);
        }
        // An example may be built as a library.
        match ["example", "bench", "bin"].into_iter().find(|kind| self.is(&[kind])) {
            Some(kind) => format!("{package}::{kind}/{}", self.name),
            None => package.to_owned(),
        }
    }
}

/// The only item, if there is exactly one.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}

/// The name of a crate or of the file of a binary, without hyphens.
fn crate_name(name: &str) -> String {
    name.replace('-', "_")
}

/// A path to compare.
fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// The paths of a rule, separated by spaces. Spaces within a path are escaped by a backslash.
fn paths(text: &str) -> Vec<String> {
    let mut paths = vec![String::new()];
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '\\' if rest.peek() == Some(&' ') => {
                rest.next();
                if let Some(path) = paths.last_mut() {
                    path.push(' ');
                }
            }
            ' ' => paths.push(String::new()),
            other => {
                if let Some(path) = paths.last_mut() {
                    path.push(other);
                }
            }
        }
    }
    paths.retain(|path| !path.is_empty());
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(root: &Path) -> Workspace {
        let root = root.to_str().unwrap();
        let target = |name: &str, kind: &str, source: &str| serde_json::json!({"name": name, "kind": [kind], "src_path": format!("{root}/{source}")});
        let package = |name: &str, at: &str, targets: Vec<serde_json::Value>| serde_json::json!({"name": name, "manifest_path": format!("{root}/{at}Cargo.toml"), "targets": targets});
        let metadata = serde_json::json!({
            "workspace_root": root,
            "packages": [
                package("my-shop", "", vec![
                    target("my_shop", "lib", "src/lib.rs"),
                    target("my-shop", "bin", "src/main.rs"),
                    target("till", "bin", "src/bin/till.rs"),
                    target("it", "test", "tests/it.rs"),
                    target("tour", "example", "examples/tour.rs"),
                    target("load", "bench", "benches/load.rs"),
                    target("build-script-build", "custom-build", "build.rs"),
                ]),
                package("derive", "derive/", vec![
                    target("derive", "proc-macro", "derive/src/lib.rs"),
                    target("it", "test", "derive/tests/it.rs"),
                ]),
            ],
        });
        Workspace::parse(metadata.to_string().as_bytes()).unwrap()
    }

    /// The report of blocks with the headers `lines`.
    fn report_of(lines: &[&str]) -> Report {
        let block = "\n\nrunning 1 test\ntest a ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\n";
        let text: String = lines.iter().map(|line| format!("{line}{block}")).collect();
        test_reports::read(text.as_bytes(), "-").unwrap().remove(0)
    }

    /// The names of the suites, and those that could not be named.
    fn named(
        lines: &[&str],
        workspace: Option<&Workspace>,
        at: &Path,
    ) -> (Vec<String>, Vec<String>) {
        let mut report = report_of(lines);
        let unknown = name(&mut report, workspace, at);
        (report.suites.iter().map(|suite| suite.name.to_string()).collect(), unknown)
    }

    const HASH: &str = "0123456789abcdef";

    #[test]
    fn targets_get_the_names_that_nextest_gives_them() {
        let root = tempfile::tempdir().unwrap();
        let workspace = workspace(root.path());
        let lines = [
            format!("     Running unittests src/lib.rs (target/debug/deps/my_shop-{HASH})"),
            format!(
                "     Running unittests src/main.rs (target/debug/deps/my_shop-1{})",
                &HASH[1..]
            ),
            format!(
                "     Running unittests src\\bin\\till.rs (target\\debug\\deps\\till-{HASH}.exe)"
            ),
            format!("     Running unittests examples/tour.rs (target/debug/examples/tour-{HASH})"),
            format!("     Running benches/load.rs (target/release/deps/load-{HASH})"),
            format!("     Running unittests src/lib.rs (/else/where/deps/derive-{HASH})"),
            "   Doc-tests my_shop".to_owned(),
        ];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let (names, unknown) = named(&lines, Some(&workspace), root.path());
        assert_eq!(
            names,
            [
                "my-shop",
                "my-shop::bin/my-shop",
                "my-shop::bin/till",
                "my-shop::example/tour",
                "my-shop::bench/load",
                "derive",
                "my-shop::doc"
            ]
        );
        assert_eq!(unknown, Vec::<String>::new());
    }

    #[test]
    fn where_two_packages_fit_the_file_beside_the_binary_decides() {
        let root = tempfile::tempdir().unwrap();
        let workspace = workspace(root.path());
        let deps = root.path().join("target/debug/deps");
        std::fs::create_dir_all(&deps).unwrap();
        let line = format!("     Running tests/it.rs (target/debug/deps/it-{HASH})");
        let lines = [line.as_str()];
        let (names, unknown) = named(&lines, Some(&workspace), root.path());
        assert_eq!((names, unknown), (vec!["it".to_owned()], vec!["it".to_owned()]));
        for (source, expected) in
            [("derive/tests/it.rs", "derive::it"), ("tests/it.rs", "my-shop::it")]
        {
            let rules = format!(
                "/t/it-{HASH}.d: {source} a\\ b.rs\n\n/t/it-{HASH}: {source}\n\n{source}:\n"
            );
            std::fs::write(deps.join(format!("it-{HASH}.d")), rules).unwrap();
            assert_eq!(named(&lines, Some(&workspace), root.path()).0, [expected]);
        }
    }

    #[test]
    fn a_binary_of_an_unknown_target_keeps_its_name() {
        let root = tempfile::tempdir().unwrap();
        let line = format!("     Running unittests src/lib.rs (target/debug/deps/other-{HASH})");
        let lines = [line.as_str(), "   Doc-tests other"];
        for workspace in [None, Some(&workspace(root.path()))] {
            let (names, unknown) = named(&lines, workspace, root.path());
            assert_eq!(names, ["other", "other::doc"]);
            assert_eq!(unknown, ["other", "other::doc"]);
        }
    }

    #[test]
    fn tests_without_a_binary_are_removed_as_damage() {
        let root = tempfile::tempdir().unwrap();
        let line = format!("     Running tests/it.rs (target/debug/deps/it-{HASH})");
        let named = |lines: &[&str]| {
            let mut report = report_of(lines);
            name(&mut report, Some(&workspace(root.path())), root.path());
            (report.cases.len(), report.damage)
        };
        assert_eq!(named(&[&line]), (1, None));
        let (kept, damage) = named(&["", &line]);
        let damage = damage.unwrap();
        assert_eq!((kept, damage.position.line), (1, 4));
        assert!(damage.message.starts_with("the binaries of 1 test are unknown"), "{damage:?}");
        assert!(damage.message.contains("2>&1") && damage.message.contains("run -- cargo test"));
        assert_eq!(named(&["", ""]).0, 0);
    }

    #[test]
    fn escaped_spaces_do_not_end_paths() {
        assert_eq!(paths("a.rs src/b\\ c.rs  d\\e.rs"), ["a.rs", "src/b c.rs", "d\\e.rs"]);
    }
}
