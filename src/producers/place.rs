//! How containers, names and folders are made from what a report says. Shared by the rows of the table.

use super::{Place, View};

/// `text` cut at `delimiter`, empty parts left out.
pub(super) fn split(text: &str, delimiter: &str) -> Vec<String> {
    text.split(delimiter)
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

fn one(part: impl Into<String>) -> Vec<String> {
    let part = part.into();
    if part.trim().is_empty() { Vec::new() } else { vec![part] }
}

/// Whether a folder was made by cutting the classname, so that `--split` has a say in it.
pub(super) fn is_from_classname(folder: &[String], classname: &str) -> bool {
    let letters = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    !folder.is_empty() && letters(&folder.concat()) == letters(classname)
}

/// pytest and its kin: the classname says everything; suite names are constants, time stamps or the user's.
pub(super) fn dotted_class(view: &View<'_>) -> Place {
    let classname = view.classname();
    Place { container: one(classname), name: view.name().to_owned(), folder: split(classname, ".") }
}

/// JVM tools: the classname is the container whatever the suite is called; `()` says nothing.
pub(super) fn jvm(view: &View<'_>) -> Place {
    let classname = match view.classname() {
        "" => view.suite_name(),
        classname => classname,
    };
    Place {
        container: one(classname),
        name: without_empty_call(view.name()),
        folder: package_and_classes(classname),
    }
}

/// `com.acme.Cart$Discount` is package `com.acme`, class `Cart`, class `Discount`.
fn package_and_classes(classname: &str) -> Vec<String> {
    let (package, classes) = match classname.rsplit_once('.') {
        Some((package, classes)) if !classes.contains(char::is_whitespace) => (package, classes),
        _ => ("", classname),
    };
    one(package).into_iter().chain(split(classes, "$")).collect()
}

/// `adds()` and `adds()[1]` without the `()`; `adds(String)` stays.
fn without_empty_call(name: &str) -> String {
    match name.find("()") {
        Some(at) if name.len() == at + 2 || name[at + 2..].starts_with('[') => {
            format!("{}{}", &name[..at], &name[at + 2..])
        }
        _ => name.to_owned(),
    }
}

/// jest-junit. Its suite is a path by template, or else the first describe of the file, which says nothing about other tests.
pub(super) fn jest(view: &View<'_>) -> Place {
    let (suite, classname, name) = (view.suite_name(), view.classname(), view.name());
    if looks_like_path(suite) {
        let path = view.path(suite);
        // What the classname adds to path and title: the describes.
        let describes = match classname.strip_suffix(name) {
            Some(describes) => describes.trim(),
            None => classname,
        };
        let describes = if describes == suite || describes == name { "" } else { describes };
        let folder = split(&path, "/").into_iter().chain(one(describes)).collect();
        return Place {
            container: one(path).into_iter().chain(one(describes)).collect(),
            name: name.to_owned(),
            folder,
        };
    }
    let title = full_title(classname, name);
    let file = view.file();
    let folder = if title.starts_with(suite) { one(suite) } else { Vec::new() };
    Place { container: file.into_iter().collect(), name: title, folder }
}

/// Classname and name together, what stands in both once.
fn full_title(classname: &str, name: &str) -> String {
    if classname.is_empty() || name.starts_with(classname) {
        name.to_owned()
    } else if classname.ends_with(name) {
        classname.to_owned()
    } else {
        format!("{classname} {name}")
    }
}

/// vitest and others that write `describe > describe > test` below a file.
pub(super) fn file_and_chain(view: &View<'_>) -> Place {
    let file =
        view.path(if view.classname().is_empty() { view.suite_name() } else { view.classname() });
    let mut describes = split(view.name(), " > ");
    describes.pop();
    let folder = split(&file, "/").into_iter().chain(describes).collect();
    Place { container: one(file), name: view.name().to_owned(), folder }
}

/// Playwright: a file, then `describe › describe › test`.
pub(super) fn playwright(view: &View<'_>) -> Place {
    let file =
        view.path(if view.classname().is_empty() { view.suite_name() } else { view.classname() });
    let mut describes = split(view.name(), " › ");
    describes.pop();
    let folder = split(&file, "/").into_iter().chain(describes).collect();
    Place { container: one(file), name: view.name().to_owned(), folder }
}

/// mocha-junit-reporter: the name is the full title and the classname the short one; in jenkins mode the name is
/// short and the classname the chain of describes.
pub(super) fn mocha(view: &View<'_>) -> Place {
    let (classname, name) = (view.classname(), view.name());
    let (chain, title) = match name.strip_suffix(classname) {
        Some("") => ("", name),
        Some(chain) if !classname.is_empty() && chain.ends_with(char::is_whitespace) => {
            (chain.trim(), classname)
        }
        _ => (classname, name),
    };
    Place { container: one(chain), name: title.to_owned(), folder: one(chain) }
}

/// cargo-nextest: binary id, then the path of the function.
pub(super) fn nextest(view: &View<'_>) -> Place {
    rust(
        if view.classname().is_empty() { view.suite_name() } else { view.classname() },
        view.name(),
    )
}

fn rust(binary: &str, path: &str) -> Place {
    let mut modules = split(path, "::");
    modules.pop();
    Place {
        container: one(binary),
        name: path.to_owned(),
        folder: one(binary).into_iter().chain(modules).collect(),
    }
}

/// libtest's own junit format and cargo2junit: the classname is the module; `crate` and `integration` stand for none.
pub(super) fn libtest(view: &View<'_>) -> Place {
    let path = match view.classname() {
        "" | "crate" | "integration" => view.name().to_owned(),
        module => format!("{module}::{}", view.name()),
    };
    rust("", &path)
}

/// Go: the import path is one folder, the test's whole name below it.
pub(super) fn go(view: &View<'_>) -> Place {
    let package = if view.classname().is_empty() { view.suite_name() } else { view.classname() };
    Place { container: one(package), name: view.name().to_owned(), folder: one(package) }
}

/// PHPUnit: namespaces are cut by `\` or `.`, as the version goes.
pub(super) fn phpunit(view: &View<'_>) -> Place {
    let written = view.case.attribute("class").unwrap_or_else(|| view.classname());
    let class = written.replace('\\', ".");
    let folder = split(&class, ".");
    Place { container: one(class), name: view.name().to_owned(), folder }
}

/// node:test and its like: suites are the describes, the classname `test` says nothing.
pub(super) fn suite_chain(view: &View<'_>) -> Place {
    let chain: Vec<String> =
        view.file().into_iter().chain(view.suite_names().map(str::to_owned)).collect();
    Place { container: chain.clone(), name: view.name().to_owned(), folder: chain }
}

/// node:test escapes names twice: what its report calls `&quot;` was a `"`.
pub(super) fn node_test(view: &View<'_>) -> Place {
    let once_more = |text: &String| {
        text.replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
    };
    let Place { container, name, folder } = suite_chain(view);
    Place {
        container: container.iter().map(once_more).collect(),
        name: once_more(&name),
        folder: folder.iter().map(once_more).collect(),
    }
}

/// RSpec and minitest: `spec.cart_spec`; an example without a description is called after its line, which moves.
pub(super) fn rspec(view: &View<'_>) -> Place {
    let name = match view.name().split_once("example at ") {
        Some((before, place)) => {
            let file = place.rsplit_once(':').map_or(place, |(file, _)| file);
            format!("{before}example at {file}")
        }
        None => view.name().to_owned(),
    };
    Place {
        container: one(view.classname()),
        name,
        folder: split(&view.classname().replace("::", "."), "."),
    }
}

/// behave and Cucumber: the feature is one folder.
pub(super) fn feature(view: &View<'_>) -> Place {
    let feature = if view.classname().is_empty() { view.suite_name() } else { view.classname() };
    Place { container: one(feature), name: view.name().to_owned(), folder: one(feature) }
}

/// Robot: the chain of suites; the classname repeats it.
pub(super) fn robot(view: &View<'_>) -> Place {
    let chain: Vec<String> = view.suite_names().map(str::to_owned).collect();
    Place { container: chain.clone(), name: view.name().to_owned(), folder: chain }
}

/// GoogleTest: `Prefix/Suite`; a test that is disabled by its name is the same test.
pub(super) fn googletest(view: &View<'_>) -> Place {
    let classname = if view.classname().is_empty() { view.suite_name() } else { view.classname() };
    let enabled = |text: &str| text.replace("DISABLED_", "");
    let class = enabled(classname);
    let folder = split(&class, "/");
    Place { container: one(class), name: enabled(view.name()), folder }
}

/// CTest: a test is its name.
pub(super) fn name_only(view: &View<'_>) -> Place {
    Place { container: Vec::new(), name: view.name().to_owned(), folder: Vec::new() }
}

/// bats: the file is the suite.
pub(super) fn suite_file(view: &View<'_>) -> Place {
    let file = view.path(view.suite_name());
    let folder = split(&file, "/");
    Place { container: one(file), name: view.name().to_owned(), folder }
}

/// xUnit.net: type, and the display name without it.
pub(super) fn xunit_net(view: &View<'_>) -> Place {
    let class = view.classname();
    dotnet(class, view.name())
}

fn dotnet(class: &str, name: &str) -> Place {
    let name = name.strip_prefix(class).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name);
    let folder = split(&class.replace('+', "."), ".");
    Place { container: one(class), name: name.to_owned(), folder }
}

/// NUnit: the full name minus its last part; parentheses and angle brackets belong to the last part.
pub(super) fn nunit(view: &View<'_>) -> Place {
    let full = view.case.attribute("fullname").unwrap_or_else(|| view.name());
    let (class, name) = cut_last_part(full);
    if class.is_empty() {
        return dotnet(view.classname(), view.name());
    }
    dotnet(class, name)
}

/// `Shop.Cart.Adds(1.5)` is `Shop.Cart` and `Adds(1.5)`.
fn cut_last_part(full: &str) -> (&str, &str) {
    let mut depth = 0_u32;
    let mut last = None;
    let mut quoted = false;
    for (at, character) in full.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '(' | '<' if !quoted => depth += 1,
            ')' | '>' if !quoted => depth = depth.saturating_sub(1),
            '.' if depth == 0 && !quoted => last = Some(at),
            _ => {}
        }
    }
    match last {
        Some(at) => (&full[..at], &full[at + 1..]),
        None => ("", full),
    }
}

/// TRX: the class up to the first comma; the assembly and its version are no part of a test.
pub(super) fn trx(view: &View<'_>) -> Place {
    let class = view.classname().split(',').next().unwrap_or_default().trim();
    dotnet(class, view.name())
}

/// The general rule: the chain of suites, then the classname; what a neighbour repeats, once.
pub(super) fn general(view: &View<'_>) -> Place {
    let mut parts: Vec<String> = Vec::new();
    for part in view.suite_names().filter(|name| *name != "testsuites").chain([view.classname()]) {
        let part = part.trim();
        match parts.last_mut() {
            _ if part.is_empty() => {}
            Some(last) if begins_with(last, part) => {}
            Some(last) if begins_with(part, last) => part.clone_into(last),
            _ => parts.push(part.to_owned()),
        }
    }
    Place { container: parts.clone(), name: view.name().to_owned(), folder: parts }
}

/// Whether `long` is `short`, or goes on after it with something that is no letter or digit.
fn begins_with(long: &str, short: &str) -> bool {
    long.strip_prefix(short).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

pub(super) fn looks_like_path(suite: &str) -> bool {
    const EXTENSIONS: &[&str] =
        &[".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte"];
    !suite.contains(' ') && EXTENSIONS.iter().any(|extension| suite.ends_with(extension))
}

/// `--merge-parameters`: `adds[a]`, `adds(1, 2)`, `adds/0`, `adds -- @1.1 row` are one test.
pub(super) fn without_parameters(name: &str) -> String {
    let mut kept = name.split(" -- @").next().unwrap_or(name).trim_end();
    loop {
        let shorter = match kept.chars().next_back() {
            Some(']') => kept.rfind('[').map(|at| &kept[..at]),
            Some(')') => kept.find('(').map(|at| &kept[..at]),
            Some('0'..='9') => kept
                .rsplit_once('/')
                .filter(|(_, row)| row.bytes().all(|byte| byte.is_ascii_digit()))
                .map(|(before, _)| before),
            _ => None,
        };
        match shorter.map(str::trim_end).filter(|shorter| !shorter.is_empty()) {
            Some(shorter) => kept = shorter,
            None => {
                return kept.split(" with data set ").next().unwrap_or(kept).to_owned();
            }
        }
    }
}
