use std::ffi::OsString;
use std::path::Path;

use super::*;
use crate::cli::args;
use crate::plan::Adopt;
use crate::snapshot::ProjectRef;
use test_reports::record::{GroupBy, Split};

/// A repository with a sub-directory, in which the program runs, and an environment made up.
struct World {
    tree: tempfile::TempDir,
    environment: Environment,
}

impl World {
    fn new(variables: &[(&str, &str)]) -> Self {
        let tree = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(tree.path().join(".git")).unwrap();
        std::fs::create_dir_all(tree.path().join("web")).unwrap();
        let environment = Environment {
            program: "target/debug/tq-import".to_owned(),
            unreadable: Vec::new(),
            variables: variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            directory: tree.path().join("web"),
            user_data: Some(tree.path().join("data")),
            columns: None,
            stderr_is_terminal: true,
        };
        Self { tree, environment }
    }

    fn with_file(self, path: &str, content: &str) -> Self {
        std::fs::write(self.tree.path().join(path), content).unwrap();
        self
    }

    fn path(&self) -> &Path {
        self.tree.path()
    }

    fn resolve(&self, line: &str) -> Result<Settings, InvalidSettings> {
        let line = std::iter::once("tq-import").chain(line.split(' '));
        let cli = args::parse(line.map(OsString::from)).unwrap();
        assert!(cli.command.is_none());
        Settings::resolve(&cli.import, &self.environment)
    }

    fn remote(&self, line: &str) -> Remote {
        match self.resolve(line).unwrap().connection {
            Connection::Remote(remote) => remote,
            Connection::Sandbox { .. } => panic!("the sandbox was taken"),
        }
    }

    /// The faults and their hints as text, the temporary directory's name replaced.
    fn errors(&self, line: &str) -> String {
        let InvalidSettings(errors) = self.resolve(line).unwrap_err();
        let mut text = String::new();
        for ConfigError { message, hint } in errors {
            text += &format!("{message}\n");
            if let Some(hint) = hint {
                text += &format!("  hint: {hint}\n");
            }
        }
        text.replace(&self.path().display().to_string(), "[tree]")
    }
}

const TOKEN: (&str, &str) = ("TQ_ACCESS_TOKEN", "canary");
const PROJECT: (&str, &str) = ("TQ_PROJECT", "Shop");

#[test]
fn defaults() {
    let world = World::new(&[TOKEN, PROJECT]);
    let settings = world.resolve("reports").unwrap();
    let Connection::Remote(remote) = &settings.connection else {
        panic!("no server");
    };
    assert_eq!(remote.host.as_str(), "https://api.testquality.com/");
    assert_eq!(remote.project, ProjectRef::Name("Shop".to_owned()));
    assert_eq!(settings.mode, Mode::Apply);
    assert_eq!(settings.create_limit, CreateLimit::Percent(50));
    assert_eq!(settings.limits, Limits::default());
    assert_eq!(settings.planning.adopt, Adopt::Any);
    assert_eq!(settings.mapping.id_property, "testquality_test");
    assert_eq!(settings.mapping.namespace, "");
    assert_eq!(settings.mapping.folder, Vec::<String>::new());
    assert_eq!(settings.mapping.group_by, GroupBy::Auto);
    assert_eq!(settings.mapping.split, Split::Auto);
    assert_eq!(settings.mapping.root, test_reports::text::RepositoryRoot::new(world.path()));
    assert_eq!(settings.notes.warnings, Vec::<String>::new());
    assert!(!format!("{settings:?}").contains("canary"));
}

#[test]
fn flag_before_environment_before_files() {
    let world = World::new(&[
        TOKEN,
        ("TQ_NAMESPACE", "from-environment"),
        ("TQ_FOLDER", ""),
        ("TQ_PROJECT_ID", "12080"),
    ])
    .with_file(
        "tq-import.toml",
        "project = \"File\"\nnamespace = \"from-file\"\nfolder = \"Auto//Web \"\nretries = 1\n\
         merge_parameters = true\nsplit = \"::\"\nadopt = \"none\"\n",
    )
    .with_file("web/.testquality", "TQ_PROJECT_ID=7\nTQ_HOST=https://eu.testquality.com\n");
    let settings = world.resolve("--namespace flag --retries 3 a.xml").unwrap();
    assert_eq!(settings.mapping.namespace, "flag");
    assert_eq!(settings.mapping.folder, ["Auto", "Web"]);
    assert_eq!(settings.mapping.split, Split::At("::".to_owned()));
    assert!(settings.mapping.merge_parameters);
    assert_eq!(settings.planning.adopt, Adopt::None);
    assert_eq!(settings.planning.namespace, "flag");
    assert_eq!(settings.limits.retries, 3);
    let lines: Vec<String> = settings
        .notes
        .provenance
        .iter()
        .map(|Provenance { name, value, source }| format!("{name} = {value} ({source})"))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    token = *** (TQ_ACCESS_TOKEN)
    host = https://eu.testquality.com/ (.testquality:2)
    project = 12080 (TQ_PROJECT_ID)
    namespace = flag (--namespace)
    folder = Auto//Web  (../tq-import.toml:3)
    split = at "::" (../tq-import.toml:6)
    merge-parameters = true (../tq-import.toml:5)
    adopt = none (../tq-import.toml:7)
    retries = 3 (--retries)
    "#);
    let settings = world.resolve("a.xml").unwrap();
    assert_eq!(settings.mapping.namespace, "from-environment");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let world = World::new(&[("TQ_HOST", "api.testquality.com")])
        .with_file("tq-import.toml", "namespce = \"x\"\n");
    insta::assert_snapshot!(
        world.errors("a.xml --batch-size 0 --split . --no-split -v -q --exclude [ --allow-empty --min-tests 2"),
        @r#"
        ../tq-import.toml:1: unknown key `namespce`
          hint: did you mean `namespace`?
        exclude: "[" is no glob pattern: Pattern syntax error near position 0: invalid range pattern
        allow-empty contradicts min-tests 2
          hint: leave out one of them
        there is no token
          hint: set TQ_ACCESS_TOKEN, or name a file with --token-file; --sandbox imports without an account, into a local database
        the host (TQ_HOST) is no URL: relative URL without a base
          hint: write it as https://api.testquality.com
        no project is named
          hint: name it with --project NAME, TQ_PROJECT, or `project = "NAME"` in tq-import.toml
        --split and --no-split contradict each other
        batch-size must be 1 to 1000, not 0 (--batch-size)
        --quiet and --verbose contradict each other
        "#
    );
}

#[test]
fn a_line_for_the_vendors_cli_is_answered() {
    let world = World::new(&[]);
    insta::assert_snapshot!(
        world.errors("upload_test_run a.xml --project_name=P --plan_name=C --run_result_output_dir d"),
        @r#"
        --plan_name, --run_result_output_dir: recording results is not supported yet
          hint: without it, the tests themselves are imported; --folder A/B says where new ones are placed
        there is no report "upload_test_run"
          hint: importing needs no command word: `tq-import [OPTIONS] <REPORT>...`
        "#
    );
}

#[test]
fn no_token() {
    let world = World::new(&[PROJECT]);
    insta::assert_snapshot!(world.errors("a.xml"), @r"
    there is no token
      hint: set TQ_ACCESS_TOKEN, or name a file with --token-file; --sandbox imports without an account, into a local database
    ");
    let world = World::new(&[PROJECT, ("TQ_ACCESS_TOKEN", "")]);
    assert!(world.errors("a.xml").contains("fork"));
}

#[test]
fn tokens_come_from_a_file_too_and_are_never_shown() {
    let world = World::new(&[PROJECT]).with_file("token", "  canary\n");
    let token = world.remote("--token-file ../token a.xml").token;
    assert_eq!(token.header().unwrap().as_bytes(), b"Bearer canary");
    let world = world.with_file("empty", "\n").with_file("two", "Bearer canary\n");
    insta::assert_snapshot!(world.errors("--token-file ../empty a.xml"), @"the token is empty (--token-file)");
    insta::assert_snapshot!(world.errors("--token-file ../two a.xml"), @r"
    the token holds white space (--token-file)
      hint: give the bare token, without `Bearer` and without a second line
    ");
    // The token in the place of the file.
    let errors = world.errors("--token-file canary a.xml");
    assert!(!errors.contains("canary"), "{errors}");
    let settings = world.resolve("--access-token canary a.xml").unwrap();
    assert!(settings.notes.warnings[0].contains("list processes"));
    assert!(!format!("{settings:?}").contains("canary"));
}

#[cfg(unix)]
#[test]
fn a_token_that_everyone_can_read_is_warned_about() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new(&[PROJECT])
        .with_file("token", "canary")
        .with_file("web/.testquality", "TQ_ACCESS_TOKEN=canary\n");
    for (mode, warnings) in [(0o644, 1), (0o600, 0)] {
        for file in ["token", "web/.testquality"] {
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(world.path().join(file), permissions).unwrap();
        }
        let settings = world.resolve("a.xml").unwrap();
        assert_eq!(settings.notes.warnings.len(), warnings, "{:?}", settings.notes);
        let settings = world.resolve("--token-file ../token a.xml").unwrap();
        assert_eq!(settings.notes.warnings.len(), 2 * warnings, "{:?}", settings.notes);
    }
}

/// Which hosts a file may name while the token comes from elsewhere.
#[test]
fn a_branch_cannot_send_the_token_elsewhere() {
    for (host, accepted) in [
        ("https://api.testquality.com", true),
        ("https://EU.TestQuality.com/", true),
        ("http://127.0.0.1:8080", true),
        ("http://[::1]:8080", true),
        ("https://localhost:8443", true),
        ("http://api.testquality.com", false),
        ("https://api.testquality.com:8443", false),
        ("https://testquality.com.evil.example", false),
        ("https://eviltestquality.com", false),
        ("https://api.testquality.com@evil.example", false),
        ("https://evil.example/.testquality.com", false),
        ("https://evil.example", false),
        ("https://127.0.0.1.evil.example", false),
        ("http://10.0.0.1", false),
    ] {
        let world = World::new(&[TOKEN, PROJECT])
            .with_file("tq-import.toml", &format!("host = \"{host}\"\n"));
        assert_eq!(world.resolve("a.xml").is_ok(), accepted, "toml: {host}");
        assert_eq!(
            world.resolve("--insecure-http a.xml").is_ok(),
            accepted,
            "toml: {host} with --insecure-http"
        );
        let world = World::new(&[TOKEN, PROJECT])
            .with_file("web/.testquality", &format!("TQ_HOST={host}\n"));
        assert_eq!(world.resolve("a.xml").is_ok(), accepted, ".testquality: {host}");
    }
    // The same file holds the token: it is that file's to send.
    let world = World::new(&[PROJECT])
        .with_file("web/.testquality", "TQ_HOST=https://tq.example\nTQ_ACCESS_TOKEN=canary\n");
    assert_eq!(world.remote("a.xml").host.as_str(), "https://tq.example/");
    // But not tq-import.toml's, nor when another token is taken.
    let world = world.with_file("tq-import.toml", "host = \"https://evil.example\"\n");
    assert!(world.errors("a.xml").contains("is not used"));
    let world = World::new(&[TOKEN, PROJECT])
        .with_file("web/.testquality", "TQ_HOST=https://tq.example\nTQ_ACCESS_TOKEN=other\n");
    insta::assert_snapshot!(world.errors("a.xml"), @r"
    the host https://tq.example (.testquality:1) is not used: a file may name only https://*.testquality.com or this machine, or hold the token too
      hint: if you trust it, name it with --host or TQ_HOST
    ");
    assert_eq!(world.remote("--host https://x.example a.xml").host.as_str(), "https://x.example/");
}

#[test]
fn hosts_are_checked_and_never_repeated_with_a_password() {
    let world = World::new(&[TOKEN, PROJECT]);
    for host in [
        "testquality.com",
        "ftp://x.example",
        "https://user:canary@x.example",
        "https://x.example/?token=canary",
        "https://x.example/api/",
        "http://x.example",
        "file:///etc/passwd",
        "https://",
    ] {
        let errors = world.errors(&format!("--host {host} a.xml"));
        assert!(!errors.contains("canary"), "{host}: {errors}");
    }
    let settings = world.resolve("--host http://x.example --insecure-http a.xml").unwrap();
    assert!(settings.notes.warnings[0].contains("unencrypted"));
}

#[cfg(feature = "sandbox")]
#[test]
fn the_sandbox_needs_nothing_and_ignores_variables() {
    let world = World::new(&[
        ("TQ_HOST", "nonsense"),
        ("TQ_NAMESPACE", "variable"),
        ("TQ_ACCESS_TOKEN", "canary"),
    ])
    .with_file("tq-import.toml", "host = \"https://evil.example\"\nfolder = \"Auto\"\n")
    .with_file("web/.testquality", "TQ_ACCESS_TOKEN=canary\n");
    let settings = world.resolve("--sandbox a.xml").unwrap();
    let Connection::Sandbox { db, look, project } = settings.connection else {
        panic!("no sandbox");
    };
    assert!(db.starts_with(world.path().join("data/tq-import/sandbox")), "{db:?}");
    assert_eq!(project, ProjectRef::Only);
    assert_eq!(look, "target/debug/tq-import sandbox");
    assert_eq!(settings.mapping.namespace, "");
    assert_eq!(settings.mapping.folder, ["Auto"]);
    assert_eq!(settings.notes.warnings, Vec::<String>::new());
    let settings = world.resolve("--sandbox=x.db --project P a.xml").unwrap();
    let Connection::Sandbox { db, look, project } = settings.connection else {
        panic!("no sandbox");
    };
    assert_eq!(db, world.path().join("web/x.db"));
    assert_eq!(project, ProjectRef::OnlyOr(Box::new(ProjectRef::Name("P".to_owned()))));
    assert_eq!(look, "target/debug/tq-import sandbox --db x.db");
    assert_eq!(settings.notes.warnings.len(), 1);
    insta::assert_snapshot!(
        world.errors("--sandbox --host https://x.example --access-token canary a.xml"),
        @r"
        --sandbox and --host, --access-token do not go together
          hint: the sandbox needs neither token nor host: leave out one or the other
        "
    );
}

#[test]
fn the_settings_file_is_looked_for_up_to_the_repository_root_only() {
    let world =
        World::new(&[TOKEN, PROJECT]).with_file("tq-import.toml", "namespace = \"outer\"\n");
    assert_eq!(world.resolve("a.xml").unwrap().mapping.namespace, "outer");
    let world = world.with_file("web/tq-import.toml", "namespace = \"inner\"\n");
    assert_eq!(world.resolve("a.xml").unwrap().mapping.namespace, "inner");
    std::fs::remove_file(world.path().join("web/tq-import.toml")).unwrap();
    // A repository inside, and no repository at all: what lies above belongs to somebody else.
    std::fs::create_dir(world.path().join("web/.git")).unwrap();
    assert_eq!(world.resolve("a.xml").unwrap().mapping.namespace, "");
    std::fs::remove_dir(world.path().join("web/.git")).unwrap();
    std::fs::remove_dir(world.path().join(".git")).unwrap();
    assert_eq!(world.resolve("a.xml").unwrap().mapping.namespace, "");
}

#[test]
fn colours_progress_and_verbosity() {
    let terminal = |variables: &[(&str, &str)], line: &str| {
        let mut all = vec![TOKEN, PROJECT];
        all.extend(variables);
        World::new(&all).resolve(line).unwrap().terminal
    };
    assert_eq!(terminal(&[], "a.xml").color, Color::Auto);
    assert_eq!(terminal(&[("NO_COLOR", "1")], "a.xml").color, Color::Never);
    assert_eq!(terminal(&[("NO_COLOR", "")], "a.xml").color, Color::Auto);
    assert_eq!(terminal(&[("CLICOLOR_FORCE", "1")], "a.xml").color, Color::Always);
    assert_eq!(terminal(&[("NO_COLOR", "1")], "--color always a.xml").color, Color::Always);
    assert_eq!(terminal(&[], "a.xml").progress, ProgressForm::Bar);
    assert_eq!(terminal(&[("CI", "true")], "a.xml").progress, ProgressForm::Lines);
    assert_eq!(terminal(&[("TERM", "dumb")], "a.xml").progress, ProgressForm::Nothing);
    assert_eq!(terminal(&[("CI", "true")], "-q a.xml").progress, ProgressForm::Nothing);
    assert_eq!(terminal(&[], "--no-progress a.xml").progress, ProgressForm::Nothing);
    assert_eq!(terminal(&[], "-vv a.xml").verbosity, Verbosity::Debug);
    assert!(terminal(&[("GITHUB_ACTIONS", "true")], "a.xml").in_ci);
}

#[test]
fn outputs_are_apart() {
    let world = World::new(&[TOKEN, PROJECT]);
    insta::assert_snapshot!(
        world.errors("--output json=a.json --output text=a.json --output text=- a.xml"),
        @r"
        two summaries would go to a.json
        --output takes a file, not -
          hint: --format says what is written to standard output
        "
    );
}

#[test]
fn a_directory_that_bears_a_command_word_is_a_report() {
    let world = World::new(&[TOKEN, PROJECT]);
    assert!(world.errors("a.xml inspect").contains("before the first report"));
    std::fs::create_dir(world.path().join("web/inspect")).unwrap();
    assert!(world.resolve("a.xml inspect").is_ok());
}

#[test]
fn a_number_names_a_project_only_as_numbers_are_written() {
    for (name, expected) in [
        ("7", ProjectRef::Id(7)),
        ("007", ProjectRef::Name("007".to_owned())),
        ("+7", ProjectRef::Name("+7".to_owned())),
        ("7 up", ProjectRef::Name("7 up".to_owned())),
    ] {
        let settings = World::new(&[TOKEN, ("TQ_PROJECT", name)]).resolve("a.xml").unwrap();
        let Connection::Remote(remote) = settings.connection else { panic!("no server") };
        assert_eq!(remote.project, expected);
    }
}

#[test]
fn a_database_without_its_equals_sign_is_no_report() {
    let errors = World::new(&[]).errors("--sandbox shop.db a.xml");
    assert!(errors.contains("--sandbox=shop.db"), "{errors}");
}

#[test]
fn a_broken_file_may_have_named_the_project() {
    let world = World::new(&[TOKEN]).with_file("tq-import.toml", "project = Shop\n");
    let errors = world.errors("a.xml");
    assert!(errors.contains("tq-import.toml") && !errors.contains("no project"), "{errors}");
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_token() {
    let world = World::new(&[PROJECT]).with_file("token", "\u{feff}the-token\r\n");
    let settings = world.resolve("--token-file ../token a.xml");
    assert!(settings.is_ok(), "{settings:?}");
}
