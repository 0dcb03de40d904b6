use super::*;
use tempfile::TempDir;

/// A directory with empty files at `paths`.
fn tree(paths: &[&str]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for path in paths {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    root
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn find(root: &TempDir, patterns: &[&str]) -> Discovered {
    discover(root.path(), &strings(patterns), &[])
}

fn displays(found: &Discovered) -> Vec<&str> {
    found.inputs.iter().map(|input| &*input.display).collect()
}

#[test]
fn a_directory_holds_its_reports_and_archives_in_natural_order() {
    let root = tree(&[
        "r/b-10.xml",
        "r/b-2.xml",
        "r/a.XML",
        "r/c/d.trx",
        "r/c/e.jsonl",
        "r/f.xml.gz",
        "r/g.zip",
        "r/h.tar",
        "r/i.tgz",
        "r/j.tar.gz",
        "r/k.txt",
        "r/._b-2.xml",
        "other.xml",
    ]);
    for given in ["r", "r/", "./r"] {
        let found = find(&root, &[given]);
        let prefix = given.trim_end_matches('/');
        let expected = [
            "a.XML",
            "b-2.xml",
            "b-10.xml",
            "c/d.trx",
            "c/e.jsonl",
            "f.xml.gz",
            "g.zip",
            "h.tar",
            "i.tgz",
            "j.tar.gz",
        ];
        let expected = expected.map(|file| format!("{prefix}/{file}"));
        assert_eq!(displays(&found), expected);
        assert!(found.inputs.iter().all(|input| input.origin == Origin::Found));
    }
    assert_eq!(displays(&find(&root, &["."])).last(), Some(&"r/j.tar.gz"));
}

#[test]
fn directories_full_of_foreign_files_are_not_entered_unless_named() {
    let root = tree(&[
        "node_modules/a.xml",
        ".git/a.xml",
        "x/vendor/a.xml",
        "x/.venv/a.xml",
        "x/a.xml",
        ".hidden/a.xml",
    ]);
    assert_eq!(displays(&find(&root, &["."])), [".hidden/a.xml", "x/a.xml"]);
    assert_eq!(displays(&find(&root, &["**/a.xml"])), [".hidden/a.xml", "x/a.xml"]);
    assert_eq!(displays(&find(&root, &["node_modules"])), ["node_modules/a.xml"]);
    assert_eq!(displays(&find(&root, &["*/vendor/*.xml"])), ["x/vendor/a.xml"]);
    assert_eq!(displays(&find(&root, &["node_modules/*.xml"])), ["node_modules/a.xml"]);
}

#[test]
fn patterns_match_within_components_and_across_with_two_stars() {
    let root = tree(&["a/x.xml", "a/b/x.xml", "a/b/y.xml", "x.xml", "a/notes.txt"]);
    for (pattern, expected) in [
        ("*.xml", &["x.xml"][..]),
        ("a/*.xml", &["a/x.xml"]),
        ("**/x.xml", &["a/b/x.xml", "a/x.xml", "x.xml"]),
        ("a/**/*.xml", &["a/b/x.xml", "a/b/y.xml", "a/x.xml"]),
        ("./a/?.xml", &["./a/x.xml"]),
        ("a/b/[y-z].xml", &["a/b/y.xml"]),
        ("a/*", &["a/b/x.xml", "a/b/y.xml", "a/notes.txt", "a/x.xml"]),
    ] {
        let found = find(&root, &[pattern]);
        assert_eq!(displays(&found), expected, "{pattern}");
        assert!(found.unmatched.is_empty() && found.errors.is_empty(), "{pattern}");
    }
    let absolute = root.path().join("a/*.xml").to_string_lossy().into_owned();
    let found = find(&root, &[&absolute]);
    assert_eq!(displays(&found), [shown(&root.path().join("a/x.xml"))]);
}

#[test]
fn braces_are_expanded() {
    let root = tree(&["a/x.xml", "a/x.trx", "b/x.xml", "c/x.xml", "{a,b}.xml", "x-1.xml"]);
    for (pattern, expected, unmatched) in [
        ("{a,b}/*.{xml,trx}", &["a/x.trx", "a/x.xml", "b/x.xml"][..], &["b/*.trx"][..]),
        ("{a/x,{b,c}/x}.xml", &["a/x.xml", "b/x.xml", "c/x.xml"], &[]),
        ("{a,b,z}", &["a/x.trx", "a/x.xml", "b/x.xml"], &["z"]),
        // A file of this name exists.
        ("{a,b}.xml", &["{a,b}.xml"], &[]),
        ("[{]*.xml", &["{a,b}.xml"], &[]),
        ("{x,y}.xml", &[], &["{x,y}.xml"]),
    ] {
        let found = find(&root, &[pattern]);
        assert_eq!(displays(&found), expected, "{pattern}");
        assert_eq!(found.unmatched, unmatched, "{pattern}");
        assert!(found.errors.is_empty());
    }
    for exclude in ["{b,c}", "{b,c}/**", "{b/x,c/x}.xml", "b,c", "b/*, c/x.xml"] {
        let found = find(&root, &["*/*.xml", &format!("!{exclude}")]);
        assert_eq!(displays(&found), ["a/x.xml"], "{exclude}");
        let found = discover(root.path(), &strings(&["*/*.xml"]), &strings(&[exclude]));
        assert_eq!(displays(&found), ["a/x.xml"], "{exclude}");
    }
    let found = find(&root, &[&"{a,b}".repeat(20)]);
    assert!(matches!(found.errors[..], [] | [DiscoverError::Pattern { .. }]));
}

#[test]
fn a_list_with_commas_names_each_of_its_parts() {
    let root = tree(&["a.xml", "b.xml", "c/1.xml", "c/2.xml", "d,e.xml"]);
    for (list, expected, missing) in [
        ("b.xml,a.xml", &["a.xml", "b.xml"][..], &[][..]),
        ("b.xml, c/*.xml", &["b.xml", "c/1.xml", "c/2.xml"], &[]),
        ("c/{1,2}.xml,a.xml", &["a.xml", "c/1.xml", "c/2.xml"], &[]),
        ("c/*.xml,!c/2.xml", &["c/1.xml"], &[]),
        // A file of this name exists.
        ("d,e.xml", &["d,e.xml"], &[]),
        ("a.xml,z.xml", &["a.xml"], &["z.xml"]),
        ("y.xml,z.xml", &[], &["y.xml,z.xml"]),
    ] {
        let found = find(&root, &[list]);
        assert_eq!(displays(&found), expected, "{list}");
        let errors: Vec<&str> = found.errors.iter().map(DiscoverError::path).collect();
        assert_eq!(errors, missing, "{list}");
    }
    let found = find(&root, &["b.xml,a.xml"]);
    let argument =
        |name: &str| found.inputs.iter().find(|input| input.display == name).unwrap().argument;
    assert!(argument("b.xml") < argument("a.xml"), "the order given");
    assert_eq!(find(&root, &["*.xml,z/*.xml"]).unmatched, ["z/*.xml"]);
    let long = vec!["a.xml"; 100].join(",");
    assert_eq!(displays(&find(&root, &[&long])), ["a.xml"]);
}

#[test]
fn members_of_archives_are_excluded_as_files_of_a_directory() {
    let root = tree(&["r/shards.zip"]);
    for (exclude, excluded) in [
        ("old", true),
        ("r/shards.zip/old", true),
        ("./r/shards.zip/old/", true),
        ("**/a.xml", true),
        ("a.xml", true),
        ("shards.zip/old", false),
        ("b.xml", false),
    ] {
        let found = discover(root.path(), &strings(&["r"]), &strings(&[exclude]));
        let path = root.path().join("r/shards.zip");
        let is_excluded = found.excludes.of_members("r/shards.zip", &path);
        assert_eq!(is_excluded("old/a.xml"), excluded, "{exclude}");
    }
}

#[test]
fn patterns_and_directories_without_reports_are_noted() {
    let root = tree(&["a/notes.txt"]);
    let found = find(&root, &["a", "*.xml", "no/such/*.xml"]);
    assert_eq!(found.unmatched, ["a", "*.xml", "no/such/*.xml"]);
    assert!(found.inputs.is_empty() && found.errors.is_empty());
}

#[test]
fn a_missing_path_is_an_error() {
    let root = tree(&["a.xml"]);
    let found = find(&root, &["b.xml", "a.xml/c.xml", "a.xml"]);
    let errors: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        ["no such file or directory: b.xml", "no such file or directory: a.xml/c.xml"]
    );
    assert_eq!(displays(&found), ["a.xml"]);
}

#[test]
fn an_invalid_pattern_is_an_error() {
    let root = tree(&["a.xml"]);
    let found = find(&root, &["a**.xml", "[a.xml"]);
    assert_eq!(found.errors.len(), 2);
    assert!(matches!(found.errors[0], DiscoverError::Pattern { .. }));
}

#[test]
fn a_file_whose_name_looks_like_a_pattern_can_be_named() {
    let root = tree(&["[x].xml", "x.xml"]);
    let found = find(&root, &["[x].xml"]);
    assert_eq!(displays(&found), ["[x].xml"]);
    assert_eq!(found.inputs[0].origin, Origin::Named);
}

#[test]
fn each_file_counts_once_and_a_name_takes_precedence_over_a_pattern() {
    let root = tree(&["r/a.xml", "r/b.xml"]);
    let found = find(&root, &["r", "r/*.xml", "./r/a.xml", "r/../r/b.xml", "**/*.xml"]);
    assert_eq!(displays(&found), ["./r/a.xml", "r/../r/b.xml"]);
    assert!(found.inputs.iter().all(|input| input.origin == Origin::Named));
}

#[test]
fn excludes_are_paths_directories_names_and_patterns() {
    let root = tree(&["r/a.xml", "r/b.xml", "r/old/a.xml", "r/old/deep/c.xml", "TESTS-all.xml"]);
    for (exclude, expected) in [
        ("r/a.xml", &["TESTS-all.xml", "r/b.xml", "r/old/a.xml", "r/old/deep/c.xml"][..]),
        ("./r/old/", &["TESTS-all.xml", "r/a.xml", "r/b.xml"]),
        ("old", &["TESTS-all.xml", "r/a.xml", "r/b.xml"]),
        ("r/old/**", &["TESTS-all.xml", "r/a.xml", "r/b.xml"]),
        ("a.xml", &["TESTS-all.xml", "r/b.xml", "r/old/deep/c.xml"]),
        ("TESTS-*.xml", &["r/a.xml", "r/b.xml", "r/old/a.xml", "r/old/deep/c.xml"]),
        ("r/*/*.xml", &["TESTS-all.xml", "r/a.xml", "r/b.xml", "r/old/deep/c.xml"]),
    ] {
        let negated = format!("!{exclude}");
        assert_eq!(displays(&find(&root, &[".", &negated])), expected, "{exclude}");
        let found = discover(root.path(), &strings(&["**/*.xml"]), &strings(&[exclude]));
        assert_eq!(displays(&found), expected, "{exclude}");
    }
    let all_gone = find(&root, &["r", "!r"]);
    assert!(all_gone.inputs.is_empty() && all_gone.unmatched.is_empty());
}

#[test]
fn standard_input_counts_once() {
    let root = tree(&["a.xml"]);
    let found = find(&root, &["-", "a.xml", "-"]);
    assert_eq!(displays(&found), ["-", "a.xml"]);
    assert_eq!(found.inputs[0].source, Source::Stdin);
}

#[cfg(unix)]
#[test]
fn links_to_files_count_once_and_links_to_directories_are_not_followed() {
    use std::os::unix::fs::symlink;

    let root = tree(&["r/a.xml", "elsewhere/b.xml"]);
    symlink("a.xml", root.path().join("r/link.xml")).unwrap();
    symlink("../elsewhere", root.path().join("r/dir")).unwrap();
    symlink(".", root.path().join("r/loop")).unwrap();
    symlink("gone.xml", root.path().join("r/broken.xml")).unwrap();
    for pattern in ["r", "r/**/*.xml"] {
        // Reading reports a link that leads nowhere.
        let found = find(&root, &[pattern]);
        assert_eq!(displays(&found), ["r/a.xml", "r/broken.xml"], "{pattern}");
        assert!(found.errors.is_empty());
    }
    // However the same directory is written.
    for patterns in [["r", "./r"], ["r/", "r//."]] {
        assert_eq!(displays(&find(&root, &patterns)).len(), 2, "{patterns:?}");
    }
    let named = find(&root, &["r/link.xml", "r/dir"]);
    assert_eq!(displays(&named), ["r/dir/b.xml", "r/link.xml"]);
    assert!(matches!(find(&root, &["r/broken.xml"]).errors[0], DiscoverError::Missing { .. }));
}

#[cfg(unix)]
#[test]
fn pipes_sockets_and_devices_are_refused_and_not_opened() {
    use std::os::unix::net::UnixListener;

    let root = tree(&["r/a.xml"]);
    let pipe = root.path().join("r/pipe.xml");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let _socket = UnixListener::bind(root.path().join("r/socket.xml")).unwrap();
    let found = find(&root, &["r/pipe.xml", "r/socket.xml", "/dev/null", "r"]);
    let errors: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "r/pipe.xml is a named pipe, not a file",
            "r/socket.xml is a socket, not a file",
            "/dev/null is a device, not a file"
        ]
    );
    assert_eq!(displays(&found), ["r/a.xml"]);
}

#[test]
fn json_and_tap_are_taken_by_their_beginning_unless_they_are_named() {
    let root =
        tree(&["r/a.tap", "r/package.json", "r/sub/go.json", "r/log.ndjson", "r/empty.json"]);
    let write = |path: &str, text: &str| fs::write(root.path().join(path), text).unwrap();
    write("r/a.tap", "TAP version 13\n1..0\n");
    write("r/package.json", r#"{"name":"shop","version":"1.0.0"}"#);
    write("r/sub/go.json", r#"{"Action":"run","Package":"p","Test":"T"}"#);
    // The beginning decides, however long the file is.
    let long = format!("{}\n", r#"{"level":"info","msg":"started"}"#).repeat(100_000);
    write("r/log.ndjson", &(long + r#"{"Action":"run","Package":"p","Test":"T"}"#));
    for given in ["r", "r/**/*"] {
        let found = find(&root, &[given, "r"]);
        assert_eq!(displays(&found), ["r/a.tap", "r/sub/go.json"], "{given}");
        assert_eq!(found.foreign.len(), 3, "{given}");
        assert!(found.unmatched.is_empty() && found.errors.is_empty());
    }
    assert_eq!(displays(&find(&root, &["r/package.json"])), ["r/package.json"]);
    let none = find(&root, &["r/*.json"]);
    assert_eq!((none.unmatched, none.foreign.len()), (strings(&["r/*.json"]), 2));
}
