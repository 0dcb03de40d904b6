//! The files of a repository, in which the paths of reports are looked up.

use std::collections::HashMap;

/// The tracked files of a repository. Paths in reports are often bare (`CartTest.java`) or relative to a package; an
/// annotation needs the path in the repository.
#[derive(Clone, Debug, Default)]
pub struct TrackedFiles {
    /// Paths relative to the root, with `/`, by file name.
    by_name: HashMap<Box<str>, Vec<Box<str>>>,
    /// The directory that paths of reports are relative to, itself relative to the root and with a `/` at its end; empty
    /// for the root.
    working_directory: String,
}

impl TrackedFiles {
    /// The files at `paths`, which are relative to the root of the repository, with `/` between their parts.
    pub fn new<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let mut by_name: HashMap<Box<str>, Vec<Box<str>>> = HashMap::new();
        for path in paths {
            by_name.entry(file_name(path).into()).or_default().push(path.into());
        }
        Self { by_name, working_directory: String::new() }
    }

    /// The same files, for reports whose paths are relative to `directory` of the repository.
    #[must_use]
    pub fn seen_from(mut self, directory: &str) -> Self {
        let directory = directory.replace('\\', "/");
        let directory = directory.trim_matches('/');
        self.working_directory =
            if directory.is_empty() { String::new() } else { format!("{directory}/") };
        self
    }

    /// The tracked file that `path` of the report at `report` means: the file itself, or the only one below the nearest
    /// directory of the report, or the only one in the package of `classname`. None if there are several or none.
    ///
    /// `report` is relative to the working directory or, if it starts with `/`, to the root.
    #[must_use]
    pub fn find(&self, path: &str, report: &str, classname: &str) -> Option<&str> {
        let end = format!("/{path}");
        let is_candidate = |file: &&str| *file == path || file.ends_with(&end);
        let candidates: Vec<&str> = self
            .by_name
            .get(file_name(path))?
            .iter()
            .map(|file| &**file)
            .filter(is_candidate)
            .collect();
        // Seen from the working directory first: `web/src/a.js` where tests ran in `web`.
        let exact = |wanted: &str| candidates.iter().copied().find(|file| *file == wanted);
        if path.contains('/')
            && let Some(file) =
                exact(&format!("{}{path}", self.working_directory)).or_else(|| exact(path))
        {
            return Some(file);
        }
        let report = match report.strip_prefix('/') {
            Some(below_root) => below_root.to_owned(),
            None => joined(&self.working_directory, report),
        };
        let mut directory = &*report;
        while let Some((parent, _)) = directory.rsplit_once('/') {
            let below = format!("{parent}/");
            let nearest: Vec<&str> =
                candidates.iter().copied().filter(|file| file.starts_with(&below)).collect();
            if !nearest.is_empty() {
                return only(&nearest).or_else(|| only(&in_package(&nearest, classname)));
            }
            directory = parent;
        }
        only(&candidates).or_else(|| only(&in_package(&candidates, classname)))
    }
}

/// `path` below `directory`, without `.` and `..`.
fn joined(directory: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in directory.split('/').chain(path.split(['/', '\\'])) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn only<'a>(files: &[&'a str]) -> Option<&'a str> {
    match files {
        [file] => Some(*file),
        _ => None,
    }
}

/// The files whose directory ends like the package: `shop/cart` of the class `shop.cart.CartTest`, of the import path
/// `shop.example/shop/cart`, or of the module `shop.cart`. Those with the longest common end.
fn in_package<'a>(files: &[&'a str], classname: &str) -> Vec<&'a str> {
    let is_path = classname.contains('/');
    // With gotestsum's option for short classnames, `cart` is a directory.
    let package: Vec<&str> = if is_path || !classname.contains('.') {
        classname.split('/').collect()
    } else {
        classname.rsplit_once('.').map_or(Vec::new(), |(package, _)| package.split('.').collect())
    };
    let common = |file: &str| {
        let directories = file.rsplit('/').skip(1);
        directories.zip(package.iter().rev()).take_while(|(a, b)| a == *b).count()
    };
    let most = files.iter().map(|file| common(file)).max().unwrap_or_default();
    files.iter().copied().filter(|file| most > 0 && common(file) == most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_names_are_found_by_directory_and_package() {
        let files = TrackedFiles::new([
            "cart/src/test/java/shop/util/UtilTest.java",
            "login/src/test/java/shop/util/UtilTest.java",
            "login/src/test/java/shop/web/UtilTest.java",
            "pkg/cart/cart_test.go",
            "pkg/login/cart_test.go",
            "packages/web/test/a.test.js",
            "test/a.test.js",
        ]);
        let java = |report: &str, class: &str| files.find("UtilTest.java", report, class);
        assert_eq!(
            java("cart/target/surefire-reports/TEST-x.xml", ""),
            Some("cart/src/test/java/shop/util/UtilTest.java")
        );
        assert_eq!(
            java("login/target/TEST-x.xml", "shop.web.UtilTest"),
            Some("login/src/test/java/shop/web/UtilTest.java")
        );
        assert_eq!(java("reports/TEST-x.xml", "shop.util.UtilTest"), None);
        let go = files.find("cart_test.go", "junit.xml", "shop.example/shop/pkg/login");
        assert_eq!(go, Some("pkg/login/cart_test.go"));
        assert_eq!(files.find("test/a.test.js", "junit.xml", ""), Some("test/a.test.js"));
        assert_eq!(
            files.find("web/test/a.test.js", "junit.xml", ""),
            Some("packages/web/test/a.test.js")
        );
        assert_eq!(files.find("b.js", "junit.xml", ""), None);
    }

    #[test]
    fn paths_are_those_of_the_directory_in_which_the_tests_ran() {
        let files = TrackedFiles::new([
            "src/a.test.js",
            "web/src/a.test.js",
            "web/src/b.test.js",
            "b.test.js",
        ]);
        assert_eq!(files.find("src/a.test.js", "web/out.xml", ""), Some("src/a.test.js"));
        let files = files.seen_from("web/");
        assert_eq!(files.find("src/a.test.js", "out.xml", ""), Some("web/src/a.test.js"));
        assert_eq!(files.find("b.test.js", "./out/junit.xml", ""), Some("web/src/b.test.js"));
        assert_eq!(files.find("b.test.js", "../out.xml", ""), None);
        assert_eq!(files.find("b.test.js", "/web/out.xml", ""), Some("web/src/b.test.js"));
    }

    #[test]
    fn of_several_candidates_there_is_none() {
        let files = TrackedFiles::new(["a/cart_test.go", "b/cart_test.go", "c/shop/x_test.go"]);
        assert_eq!(files.find("cart_test.go", "junit.xml", ""), None);
        assert_eq!(files.find("cart_test.go", "junit.xml", "shop.example/c"), None);
        assert_eq!(
            files.find("cart_test.go", "junit.xml", "shop.example/b"),
            Some("b/cart_test.go")
        );
        assert_eq!(files.find("cart_test.go", "junit.xml", "b"), Some("b/cart_test.go"));
        assert_eq!(files.find("shop/x_test.go", "junit.xml", ""), Some("c/shop/x_test.go"));
        assert_eq!(files.find("op/x_test.go", "junit.xml", ""), None);
    }
}
