//! Parts of suite names, classnames and paths that differ between runs and machines.
//!
//! A test's own name is never changed here: `holds on 2020-02-29` and `holds on 2020-03-01` are two tests. In a
//! position where the tool writes (a suite, a class, a path) the same words would make every run a new test.

mod environment;
mod stamps;

use super::local_paths::LocalPaths;
pub(super) use environment::{is_browser_name, is_environment};

/// `part` of a container or folder without what no author writes: lines behind paths, absolute directories, addresses
/// of servers and of memory, UUIDs, time stamps. Applies to every tool.
pub(super) fn without_machine(part: &str, paths: &LocalPaths<'_>) -> String {
    if !part.bytes().any(|byte| byte.is_ascii_digit() || b":/\\@.".contains(&byte)) {
        return part.to_owned();
    }
    let part = relative_module(part, paths);
    let part = map_words(&part, |word, is_first| {
        let word = without_server(word, is_first, false);
        without_line(&relative_path(&word, paths)).to_owned()
    });
    remove(&part, |rest, _| {
        stamps::uuid(rest).or_else(|| address(rest)).or_else(|| stamps::moment(rest))
    })
}

/// As [`without_machine`], and without dates, hashes, processes, hosts, shards and browsers, which authors of titles may
/// write, but not where a tool without a row of its own names its suites. Empty if nothing else is left.
pub(super) fn without_run(part: &str, paths: &LocalPaths<'_>) -> String {
    if is_environment(part) {
        return String::new();
    }
    let part = without_lines(environment::without_affixes(part));
    let part = map_words(part, |word, is_first| {
        if is_host(word) { String::new() } else { without_server(word, is_first, true) }
    });
    let part = stamps::without_spelled_dates(&without_machine(&part, paths));
    if looks_like_path(&part) {
        return part;
    }
    remove(&part, |rest, before| {
        stamps::date(rest, before)
            .or_else(|| stamps::hash(rest))
            .or_else(|| numbered(rest))
            .or_else(|| shard(rest))
            .or_else(|| worker(rest))
    })
}

/// A path without its lines in further spellings: `:12-15`, `(12)`, `#L12`, ` line 12`, `, line 12`, Ruby's
/// ``:12:in `adds'`` and the numbers of examples in RSpec, `[1:2:3]`.
pub(super) fn without_lines(path: &str) -> &str {
    if let Some((start, _)) = path.split_once(":in ") {
        let file = without_line(start);
        if file.len() < start.len() {
            return file;
        }
    }
    if let Some((file, numbers)) = path.strip_suffix(']').and_then(|path| path.rsplit_once('['))
        && has_extension(file)
        && numbers.contains(':')
        && numbers.bytes().all(|next| next.is_ascii_digit() || next == b':')
    {
        return file;
    }
    let is_line = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_digit())
            && text.bytes().all(|byte| byte.is_ascii_digit() || b"-:,L".contains(&byte))
    };
    // A class may have arguments: `Shop.Cart(12)`.
    let is_file = |path: &str| has_extension(path) && path.contains(['/', '\\']);
    let cut =
        |(start, line): (&'_ str, &str)| (is_line(line) && is_file(start)).then_some(start.len());
    let bracketed = || path.strip_suffix(')')?.rsplit_once('(');
    let after_word = || {
        let (start, line) = path.rsplit_once(" line ")?;
        Some((start.trim_end_matches(','), line))
    };
    let end = [path.rsplit_once("#L"), bracketed(), after_word(), path.rsplit_once(':')]
        .into_iter()
        .flatten()
        .find_map(cut);
    end.map_or(path, |end| &path[..end])
}

/// A path without `:12` or `:12:5` at its end.
pub(super) fn without_line(path: &str) -> &str {
    let cut = |text: &str| {
        let (start, number) = text.rsplit_once(':')?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then_some(start.len())
    };
    let Some(once) = cut(path) else { return path };
    let twice = cut(&path[..once]).unwrap_or(once);
    [twice, once]
        .into_iter()
        .map(|end| &path[..end])
        .find(|path| has_extension(path))
        .unwrap_or(path)
}

/// Splits `path:12` or `path:12:5` into path and line.
pub(super) fn place(text: &str) -> Option<(&str, u32)> {
    let path = without_line(text);
    let numbers = text.get(path.len() + 1..)?;
    Some((path, numbers.split(':').next()?.parse().ok()?))
}

/// Whether the last component has an extension that starts with a letter.
pub(super) fn has_extension(path: &str) -> bool {
    let last = path.rsplit(['/', '\\']).next().unwrap_or_default();
    last.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty()
            && (1..=8).contains(&extension.len())
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && extension.starts_with(|first: char| first.is_ascii_alphabetic())
    })
}

fn looks_like_path(part: &str) -> bool {
    has_extension(part) && part.contains('/') && !part.contains(char::is_whitespace)
}

/// Changes each word. Words that become empty are left out.
fn map_words(text: &str, change: impl Fn(&str, bool) -> String) -> String {
    let mut changed: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let inner = word.trim_start_matches(['(', '[', '"', '\'']);
        let (open, inner) = (&word[..word.len() - inner.len()], inner);
        let bare = inner.trim_end_matches([')', ']', '"', '\'', ',', ';']);
        // `Adds(1)` is one word.
        let bare = if open.is_empty() { inner } else { bare };
        let new = change(bare, changed.is_empty() && open.is_empty());
        if new != bare && new.is_empty() {
            continue;
        }
        changed.push(format!("{open}{new}{}", &inner[bare.len()..]));
    }
    changed.join(" ")
}

// Directories

/// Directories below which only a machine's own files are.
const MACHINE_DIRECTORIES: [&str; 17] = [
    "/home/",
    "/Users/",
    "/tmp/",
    "/var/",
    "/private/",
    "/root/",
    "/opt/",
    "/mnt/",
    "/srv/",
    "/usr/",
    "/builds/",
    "/github/",
    "/__w/",
    "/workspace/",
    "/workspaces/",
    "/runner/",
    "/data/",
];

/// A word that is an absolute path, relative to the repository root.
fn relative_path(word: &str, paths: &LocalPaths<'_>) -> String {
    let bytes = word.as_bytes();
    let has_drive = bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.get(1) == Some(&b':')
        && matches!(bytes.get(2), Some(b'\\' | b'/'));
    if !has_drive
        && !MACHINE_DIRECTORIES.iter().any(|start| word.starts_with(start))
        && !paths.is_below_root(word)
    {
        return word.to_owned();
    }
    let path = paths.relative(word);
    // A temporary directory itself has a random name.
    let is_temporary = ["/tmp/", "/var/folders/", "/private/", "\\Temp\\", "/Temp/"]
        .iter()
        .any(|directory| word.contains(directory));
    if is_temporary
        && !path.contains('/')
        && !has_extension(without_line(&path))
        && word.matches(['/', '\\']).count() < 3
    {
        return String::new();
    }
    path
}

/// A module whose name contains an absolute directory: `home.runner.work.shop.shop.tests.test_cart`.
fn relative_module(part: &str, paths: &LocalPaths<'_>) -> String {
    if part.contains(['/', '\\', ' ']) {
        return part.to_owned();
    }
    // The checkout of a GitHub runner on Windows: `D.a.shop.shop.tests.test_cart`.
    let windows = part.strip_prefix("D.a.").map(|rest| rest.splitn(3, '.').collect::<Vec<_>>());
    if let Some([first, second, rest]) = windows.as_deref()
        && first == second
    {
        return (*rest).to_owned();
    }
    let dotted = |start: &str| start.replace('/', ".")[1..].to_owned();
    if !MACHINE_DIRECTORIES.iter().any(|start| part.starts_with(&dotted(start))) {
        return part.to_owned();
    }
    let below = paths.relative(&format!("/{}", part.replace('.', "/")));
    if below.contains('/') {
        return below.replace('/', ".");
    }
    // Directories of CI services, and how many names follow until the repository's own.
    const CHECKOUTS: [(&str, usize); 6] = [
        ("home.runner.work.", 2),
        ("Users.runner.work.", 2),
        ("__w.", 2),
        ("github.workspace.", 0),
        ("var.lib.jenkins.workspace.", 1),
        ("home.circleci.project.", 0),
    ];
    let checkout = CHECKOUTS.iter().find_map(|&(start, names)| {
        let rest = part.strip_prefix(start)?;
        rest.splitn(names + 1, '.').nth(names)
    });
    let temporary = || {
        let (directory, rest) = part.strip_prefix("tmp.")?.split_once('.')?;
        directory.bytes().any(|byte| byte.is_ascii_digit()).then_some(rest)
    };
    checkout.or_else(temporary).unwrap_or(part).to_owned()
}

// Servers

/// A word without the scheme and server of an address: of this machine or with a port, or in front if `any_server`.
fn without_server(word: &str, is_first: bool, any_server: bool) -> String {
    let Some((before, rest)) = word.split_once("://") else {
        return word.to_owned();
    };
    let scheme = before.rsplit(|next: char| !next.is_ascii_alphanumeric()).next().unwrap_or(before);
    let start = before.len() - scheme.len();
    if scheme.is_empty() || scheme == "file" {
        return word.to_owned();
    }
    // Godot's name for the directory of a project.
    if scheme == "res" {
        return format!("{}{rest}", &before[..start]);
    }
    let end = rest.find(['/', '?', '#', ')', '"', '\'']).unwrap_or(rest.len());
    let (server, path) = rest.split_at(end);
    let is_at_start = is_first && start == 0;
    if !(is_local(server) || (any_server && is_at_start)) {
        return word.to_owned();
    }
    let path = if is_at_start { path.trim_start_matches('/') } else { path };
    format!("{}{}", &before[..start], without_seed(path))
}

/// A path without the random parts of its query.
fn without_seed(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else {
        return path.to_owned();
    };
    let is_random = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        ["seed", "random", "rand", "timestamp", "ts", "t", "_"].contains(&name)
    };
    let kept: Vec<&str> = query.split('&').filter(|pair| !is_random(pair)).collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

/// Whether a server is this machine, an IP address, or named with its port.
fn is_local(server: &str) -> bool {
    let (host, port) = server.rsplit_once(':').unwrap_or((server, ""));
    !port.is_empty() || host == "localhost" || is_ip_address(host)
}

fn is_ip_address(host: &str) -> bool {
    let mut parts = host.split('.');
    let is_part = |part: &str| part.len() <= 3 && part.parse::<u8>().is_ok();
    parts.clone().count() == 4 && parts.all(is_part)
}

/// Whether a word is the name of a machine.
fn is_host(word: &str) -> bool {
    const DOMAINS: [&str; 6] =
        [".internal", ".local", ".localdomain", ".lan", ".amazonaws.com", ".cloudapp.net"];
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let (host, port) = word.rsplit_once(':').unwrap_or((word, ""));
    let has_port = !port.is_empty() && digits(port) == port.len();
    let host = if has_port { host } else { word };
    (has_port && host == "localhost")
        || is_ip_address(host)
        || (DOMAINS.iter().any(|domain| host.ends_with(domain))
            && host.contains(|next: char| next == '-' || next.is_ascii_digit()))
        || (host.starts_with("ip-") && host.split('-').count() >= 5 && digits(host) >= 4)
        || (host.starts_with("fv-az") && digits(host) > 2)
        || (host.starts_with("runner-")
            && host.contains("-project-")
            && host.contains("-concurrent-"))
        || ["DESKTOP-", "EC2AMAZ-", "WIN-", "LAPTOP-"].iter().any(|start| {
            host.strip_prefix(start).is_some_and(|rest| {
                rest.len() >= 7
                    && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            })
        })
}

// What is removed from the middle of a text. A matcher says how many bytes at the start of `rest` go.

/// Removes everything that `matches`, given the rest of the text and the character in front of it. Matches start and
/// end at the border of a word.
fn remove(text: &str, matches: impl Fn(&str, Option<char>) -> Option<usize>) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let before = text[..at].chars().next_back();
        let is_border =
            !next.is_alphanumeric() || before.is_none_or(|before| !before.is_alphanumeric());
        let length = if is_border { matches(&text[at..], before) } else { None };
        let length = length.filter(|&length| {
            length > 0
                && text
                    .get(at + length..)
                    .is_some_and(|after| !after.starts_with(char::is_alphanumeric))
        });
        match length {
            Some(length) => {
                at += length;
                let rest = &text[at..];
                at += rest.len() - join(&mut kept, rest).len();
            }
            None => {
                kept.push(next);
                at += next.len_utf8();
            }
        }
    }
    kept.truncate(kept.trim_end().len());
    kept
}

const SEPARATORS: [char; 10] = [' ', '-', '_', '.', '/', ':', '#', '@', ',', '|'];

/// Cleans the borders of a gap: of the separators on its two sides one is kept, and empty brackets are removed. Returns
/// the rest of the text.
fn join<'a>(kept: &mut String, rest: &'a str) -> &'a str {
    let mut rest = rest;
    loop {
        let left = kept.trim_end_matches(SEPARATORS).len();
        let right = rest.trim_start_matches(SEPARATORS);
        let last = kept[..left].chars().next_back();
        let brackets = [('(', ')'), ('[', ']'), ('{', '}')];
        if let Some(&(open, _)) =
            brackets.iter().find(|&&(open, close)| last == Some(open) && right.starts_with(close))
        {
            kept.truncate(left - open.len_utf8());
            rest = &right[1..];
            continue;
        }
        let on_left = kept[left..].to_owned();
        let on_right = &rest[..rest.len() - right.len()];
        if kept[..left].is_empty() || right.is_empty() {
            kept.truncate(left);
            return right;
        }
        if !on_left.is_empty() && !on_right.is_empty() {
            let both = || on_left.chars().chain(on_right.chars());
            let strongest =
                ['/', '.', ' '].into_iter().find(|strong| both().any(|next| next == *strong));
            let separator = strongest.or_else(|| both().next());
            kept.truncate(left);
            kept.extend(separator);
            return right;
        }
        return rest;
    }
}

/// `0x7ffe12ab`, `@1b2c3d4e`, `$$Lambda$14/0x00000008000b`.
fn address(rest: &str) -> Option<usize> {
    let hex = |text: &str| text.bytes().take_while(u8::is_ascii_hexdigit).count();
    if let Some(after) = rest.strip_prefix("$$Lambda") {
        let is_rest = |next: char| next == '$' || next == '/' || next.is_ascii_alphanumeric();
        return Some(rest.len() - after.trim_start_matches(is_rest).len());
    }
    if let Some(number) = rest.strip_prefix("0x") {
        return Some(2 + hex(number)).filter(|length| *length >= 6);
    }
    let number = rest.strip_prefix('@')?;
    let length = hex(number);
    ((5..=16).contains(&length) && number[..length].bytes().any(|byte| byte.is_ascii_digit()))
        .then_some(1 + length)
}

fn number(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Strips any of `words`, in any case.
fn strip_word<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().find_map(|word| {
        let start = text.get(..word.len())?;
        start.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
    })
}

/// Where a number ends that may be followed by others and dots: `1.2.4711`.
fn version_end(text: &str, mut end: usize) -> usize {
    while let Some(next) = text[end..].strip_prefix('.').map(number).filter(|next| *next > 0) {
        end += 1 + next;
    }
    end
}

/// `pid 4711`, `process-4711`, `build #12`, `build 1.2.12`; at the end also `run 4711`.
fn numbered(rest: &str) -> Option<usize> {
    let of = |words: &[&str]| {
        let after = strip_word(rest, words)?;
        let digits = after.trim_start_matches([' ', ':', '=', '#', '-', '_']);
        let length = number(digits);
        let end = version_end(digits, length);
        (digits.len() < after.len() && length > 0).then(|| rest.len() - digits.len() + end)
    };
    let is_last = |at: &usize| rest[*at..].trim_end_matches([')', ']']).is_empty();
    of(&["pid", "process", "build"])
        .or_else(|| of(&["run", "job", "session", "execution"]).filter(is_last))
}

/// `shard 1 of 3`, `shard_1/3`, `shard-2`, `part 1/3`.
fn shard(rest: &str) -> Option<usize> {
    const WORDS: [&str; 8] =
        ["shard", "partition", "part", "chunk", "split", "slice", "batch", "node"];
    let is_gap = |next: char| " _-=#:".contains(next);
    let after = strip_word(rest, &WORDS)?;
    let first = after.trim_start_matches("index").trim_start_matches(is_gap);
    let length = number(first);
    let total = first[length..].trim_start_matches(is_gap);
    let total = strip_word(total, &["/", "of"]).map(|total| total.trim_start_matches(is_gap));
    match total.filter(|total| number(total) > 0) {
        _ if length == 0 => None,
        Some(total) => Some(rest.len() - total.len() + number(total)),
        None => strip_word(rest, &["shard"]).map(|_| rest.len() - first.len() + length),
    }
}

/// `gw3`, a process of pytest-xdist.
fn worker(rest: &str) -> Option<usize> {
    let length = number(strip_word(rest, &["gw"])?);
    (length > 0).then_some("gw".len() + length)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::options::IdentityOptions;
    use crate::text::RepositoryRoot;

    #[test]
    fn lines_in_every_spelling_belong_to_paths_only() {
        for path in [
            "src/a.rb:12",
            "src/a.rb:12-15",
            "src/a.rb(12)",
            "src/a.rb(12,5)",
            "src/a.rb#L12",
            "src/a.rb#L12-L15",
            "src/a.rb line 12",
            "src/a.rb, line 12",
            "src/a.rb:12:in `adds'",
            "src/a.rb[1:2:3]",
        ] {
            assert_eq!(without_lines(path), "src/a.rb", "{path}");
        }
        for part in [
            "Shop.Cart(12)",
            "Cart line 12",
            "Shop.Cart.Adds(1,2)",
            "v1.2/b:3",
            "a/b(c)",
            "a.rb[1]",
            "x:in y",
        ] {
            assert_eq!(without_lines(part), part);
        }
    }

    #[test]
    fn workers_and_browsers_behind_a_name_are_removed() {
        for part in ["Cart gw0", "Cart [chromium]", "Cart [webkit]"] {
            assert_eq!(apply(without_run, part), "Cart", "{part}");
        }
        for part in ["Cart gwen", "Cart [fast]", "Cart (chromium)"] {
            assert_eq!(apply(without_run, part), part);
        }
    }

    /// Applies `rule` to `part`, in a repository at `/home/ci/work/shop`, and checks that it is idempotent.
    fn apply(rule: fn(&str, &LocalPaths<'_>) -> String, part: &str) -> String {
        let report = crate::formats::read_one("<testsuite/>", "r.xml");
        let root = RepositoryRoot::new(Path::new("/home/ci/work/shop"));
        let options = IdentityOptions { root, ..IdentityOptions::default() };
        let paths = LocalPaths::new(&report, &options);
        let once = rule(part, &paths);
        assert_eq!(rule(&once, &paths), once, "{part}");
        once
    }

    fn machine(part: &str) -> String {
        apply(without_machine, part)
    }

    fn run(part: &str) -> String {
        apply(without_run, part)
    }

    #[test]
    fn lines_directories_and_servers_are_removed_for_every_tool() {
        for (part, kept) in [
            ("/home/ci/work/shop/roles/web/main.yml:3", "roles/web/main.yml"),
            ("spec/cart_spec.lua:12:5", "spec/cart_spec.lua"),
            ("rows (cart.rb:12)", "rows (cart.rb)"),
            ("C:\\agent\\shop\\tests\\a.js", "tests/a.js"),
            ("http://localhost:45123/test/cart.html", "test/cart.html"),
            ("http://localhost:1/a.html?seed=12&module=b", "a.html?module=b"),
            ("D.a.shop.shop.tests.test_a", "tests.test_a"),
            ("GET http://127.0.0.1:80/users", "GET /users"),
            ("GET https://shop.example/users", "GET https://shop.example/users"),
            ("/tmp/x1y2z3/cart.js", "cart.js"),
            ("home.runner.work.shop.shop.tests.test_a.TestB", "tests.test_a.TestB"),
            ("home.ci.work.shop.tests.test_a", "tests.test_a"),
            ("home.tests.test_views", "home.tests.test_views"),
            ("users.tests.test_views", "users.tests.test_views"),
            ("run-4f1c2d3e-1111-4222-8333-444455556666", "run"),
            ("Cart@1b2c3d4e", "Cart"),
            ("Cart$$Lambda$14/0x0000000800c1", "Cart"),
            ("results/2026-11-20T10:00:00Z/cart", "results/cart"),
        ] {
            assert_eq!(machine(part), kept, "{part}");
        }
    }

    #[test]
    fn words_of_authors_are_kept_for_every_tool() {
        for part in [
            "example.shop.CartTest$WhenFull",
            "Shop.Tests.Box<System.Int32,System.String>",
            "tests.test_2024_01_31",
            "on 2024-02-29",
            "migrations/20240101120000_create_users_test.rb",
            "App.Tests.Version20240101120000Test",
            "/api/users",
            "at 12:30",
            "@babel/core",
            "Price/1",
            "ratio 1.5:2",
            "face2face",
            "part 1 of 3",
            "shop::bin/till",
            "Suche › 搜索",
            "a. b",
        ] {
            assert_eq!(machine(part), part);
        }
    }

    #[test]
    fn runs_and_environments_are_removed_for_unknown_tools() {
        for (part, kept) in [
            ("Smoke 2026-11-20 10:00:00", "Smoke"),
            ("Smoke (2026-11-20)", "Smoke"),
            ("20.11.2026 Smoke", "Smoke"),
            ("CartTest-20261120100000", "CartTest"),
            ("CartTest_1763632800123", "CartTest"),
            ("CartTest.20261120100000", "CartTest"),
            ("run_2026-11-20T10-00-00", "run"),
            ("Größe»http://localhost:80/cart", "Größe»/cart"),
            ("ß://x", "ß://x"),
            ("job-2026-11-28T07.00-b1a3aac", "job"),
            ("job-2026-11-28T07.00-1234567", "job"),
            ("job-2026-11-28T07.00-abcdefa", "job"),
            ("job-2026-11-28T07.00-0123abc-cart", "job-cart"),
            ("20261120T100000Z Smoke", "Smoke"),
            ("Smoke 20-Nov-2026 10:00:00", "Smoke"),
            ("Nov 20, 2026 10:00:00 AM", ""),
            ("Smoke run #4711", "Smoke"),
            ("C:\\Users\\ci\\AppData\\Local\\Temp\\x1\\cart.js", "cart.js"),
            ("Nightly Fri Nov 20 10:00:00 UTC 2026", "Nightly"),
            ("Nightly Fri, 20 Nov 2026 10:00:00 GMT", "Nightly"),
            ("box-12345.internal", ""),
            ("Smoke on ip-10-0-3-14", "Smoke on"),
            ("cart_shard_1/3", "cart"),
            ("cart (shard 1 of 3)", "cart"),
            ("cart [pid 4711]", "cart"),
            ("Cart Build 1.2.3.4711", "Cart"),
            ("Smoke 11/27/2026 9:00 AM", "Smoke"),
            ("Smoke 1/2/2026 10:00:00 PM", "Smoke"),
            ("Smoke 1.2.2026", "Smoke"),
            ("commit 4f1c2d3e5a", "commit"),
            ("cart [chrome 137.0 on Linux]", "cart"),
            ("[chrome 137.0 linux] cart", "cart"),
            ("[firefox] cart", "cart"),
            ("firefox 131.0 on Linux - cart", "cart"),
            ("cart: Chrome 120.0.1", "cart"),
            ("Chrome_120_0_(Linux_x86_64).Cart.adds", "Cart.adds"),
            ("chrome 137.0.2062.102 on Linux", ""),
            ("https://shop.example/cart", "cart"),
            ("/tmp/pytest-of-ci/work-12345/cart_test.py", "cart_test.py"),
            ("/tmp/x1y2z3", ""),
        ] {
            assert_eq!(run(part), kept, "{part}");
        }
    }

    #[test]
    fn words_that_only_resemble_a_run_are_kept() {
        for part in [
            "Cart",
            "unit tests",
            "Edge 3",
            "Windows",
            "firefox",
            "cart 2",
            "decade 1990",
            "v1.2.3",
            "1.2.3",
            "1/2/3",
            "chapter 9-05",
            "HTTP/1.1 200",
            "2024",
            "Version20240101120000Test",
            "test_20240101_sale",
            "process",
            "node 3",
            "tests/2024-01-01-fix.test.js",
            "com.acme.local",
            "shop.example/shop/cart",
            "run 2 tests",
            "App.Migrations.20240101120000.Test",
            "Monday",
            "May",
            "12 monkeys",
        ] {
            assert_eq!(run(part), part);
        }
    }
}
