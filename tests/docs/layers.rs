//! Imports between the modules of the program run one way.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The modules of `src`, each of which may import only those before it.
const LAYERS: [&str; 12] = [
    "progress",
    "discover",
    "binaries",
    "reading",
    "description",
    "api",
    "snapshot",
    "plan",
    "apply",
    "results",
    "summary",
    "cli",
];

/// Modules within which no file may import, directly or through others, a file that imports it.
const WITHOUT_CIRCLES: [&str; 4] = ["api", "snapshot", "plan", "apply"];

type Module = Vec<String>;

/// Every module of `src` without its tests, and the modules that it names.
fn imports() -> BTreeMap<Module, BTreeSet<Module>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources: BTreeMap<Module, String> = BTreeMap::new();
    for entry in walkdir::WalkDir::new(&src).into_iter().map(Result::unwrap) {
        let path = entry.path().strip_prefix(&src).unwrap().with_extension("");
        let mut module: Module =
            path.iter().map(|name| name.to_str().unwrap().to_owned()).collect();
        let is_source = entry.path().extension().is_some_and(|extension| extension == "rs");
        let is_test = |name: &String| name.ends_with("tests") && name != "new_tests";
        if !is_source || module.iter().any(|name| is_test(name) || name == "convergence") {
            continue;
        }
        module.pop_if(|name| name == "mod");
        let text = std::fs::read_to_string(entry.path()).unwrap();
        // Tests come last, and comments import nothing.
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let code: Vec<&str> = text.lines().filter(|line| !line.trim().starts_with("//")).collect();
        sources.insert(module, code.join("\n"));
    }
    let resolve = |mut path: Module| {
        while !path.is_empty() && !sources.contains_key(&path) {
            path.pop();
        }
        path
    };
    let imports = sources.iter().map(|(module, code)| {
        let parent = &module[..module.len().saturating_sub(1)];
        let named = paths(code, "crate::", &[]).into_iter().chain(paths(code, "super::", parent));
        (module.clone(), named.map(resolve).filter(|named| named != module).collect())
    });
    imports.collect()
}

/// The paths in `code` that begin with `prefix`, below the module `base`.
fn paths(code: &str, prefix: &str, base: &[String]) -> Vec<Module> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        tree(&mut code[at + prefix.len()..].chars().peekable(), base, &mut found);
    }
    found
}

/// Reads `a::b` or `a::{b, c::d}`.
fn tree(
    code: &mut std::iter::Peekable<std::str::Chars<'_>>,
    base: &[String],
    found: &mut Vec<Module>,
) {
    let skip = |code: &mut std::iter::Peekable<std::str::Chars<'_>>| {
        while code.next_if(|c| c.is_whitespace() || *c == ':').is_some() {}
    };
    skip(code);
    if code.next_if_eq(&'{').is_some() {
        while code.next_if_eq(&'}').is_none() && code.peek().is_some() {
            tree(code, base, found);
            skip(code);
            code.next_if_eq(&',');
            skip(code);
        }
        return;
    }
    let mut name = String::new();
    while let Some(c) = code.next_if(|c| c.is_alphanumeric() || *c == '_') {
        name.push(c);
    }
    if name.is_empty() {
        // Such as `*`.
        code.next();
        return found.push(base.to_vec());
    }
    let path = [base, &[name]].concat();
    if code.next_if_eq(&':').is_some() {
        tree(code, &path, found);
    } else {
        found.push(path);
    }
}

#[test]
fn imports_run_one_way() {
    let layer = |module: &Module| {
        LAYERS.iter().position(|layer| module.first().is_some_and(|name| name == layer))
    };
    let mut upward = Vec::new();
    for (module, named) in imports() {
        for other in named {
            if let (Some(here), Some(there)) = (layer(&module), layer(&other))
                && there > here
            {
                upward.push(format!("{} imports {}", module.join("::"), other.join("::")));
            }
        }
    }
    assert!(upward.is_empty(), "{upward:#?}");
}

#[test]
fn no_module_imports_itself_through_others() {
    let imports = imports();
    let mut circles = Vec::new();
    for start in imports.keys() {
        if start.len() < 2 || !WITHOUT_CIRCLES.contains(&start[0].as_str()) {
            continue;
        }
        let mut reached = BTreeSet::new();
        let mut open: Vec<&Module> = vec![start];
        while let Some(module) = open.pop() {
            for other in &imports[module] {
                if other.len() > 1 && reached.insert(other) {
                    open.push(other);
                }
            }
        }
        if reached.contains(start) {
            circles.push(start.join("::"));
        }
        // The root of a module uses what is below it, not the other way round.
        let root = &start[..1];
        if reached.iter().any(|other| other.as_slice() == root) || imports[start].contains(root) {
            circles.push(format!("{} imports its root", start.join("::")));
        }
    }
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn paths_are_read_from_imports() {
    let code = "use crate::{a::b, c::{D, e::f}};\nfn g() -> crate::h::I { crate::j::k(1) }";
    let found: Vec<String> =
        paths(code, "crate::", &[]).iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["a::b", "c::D", "c::e::f", "h::I", "j::k"]);
}
