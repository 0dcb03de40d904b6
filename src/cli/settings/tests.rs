use std::ffi::OsString;
use std::path::Path;

use super::*;
use crate::cli::args;
use crate::plan::Adopt;
use crate::snapshot::ProjectRef;
use test_reports::record::{GroupBy, Split};

/// A repository in a temporary directory, and an environment in its subdirectory `web`.
struct Fixture {
    tree: tempfile::TempDir,
    environment: Environment,
}

impl Fixture {
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

    fn import(&self, line: &str) -> Result<(Settings, Connection), Vec<ConfigError>> {
        let line = std::iter::once("tq-import").chain(line.split(' '));
        let cli = args::parse(line.map(OsString::from)).unwrap();
        assert!(cli.command.is_none());
        Settings::for_import(&cli.import, &self.environment)
    }

    fn settings(&self, line: &str) -> Settings {
        self.import(line).unwrap().0
    }

    fn remote(&self, line: &str) -> Remote {
        match self.import(line).unwrap().1 {
            Connection::Remote(remote) => remote,
            other => panic!("no server: {other:?}"),
        }
    }

    /// The errors and their hints as text, without the name of the temporary directory.
    fn errors(&self, line: &str) -> String {
        let errors = self.import(line).map(|_| ()).unwrap_err();
        text(&errors).replace(&self.path().display().to_string(), "[tree]")
    }
}

fn text(errors: &[ConfigError]) -> String {
    let mut text = String::new();
    for ConfigError { message, hint } in errors {
        text += &format!("{message}\n");
        if let Some(hint) = hint {
            text += &format!("  hint: {hint}\n");
        }
    }
    text
}

/// `inspect a.xml`
fn inspect() -> InspectArgs {
    let reading = ReadingArgs { reports: vec!["a.xml".to_owned()], ..ReadingArgs::default() };
    InspectArgs { reading, ..InspectArgs::default() }
}

const TOKEN: (&str, &str) = ("TQ_ACCESS_TOKEN", "canary");
const PROJECT: (&str, &str) = ("TQ_PROJECT", "Shop");

#[test]
fn defaults() {
    let fixture = Fixture::new(&[TOKEN, PROJECT]);
    let settings = fixture.settings("reports");
    let remote = fixture.remote("reports");
    assert_eq!(remote.host.as_str(), "https://api.testquality.com/");
    assert_eq!(remote.project, ProjectRef::Name("Shop".to_owned()));
    assert_eq!(settings.mode, Mode::Apply);
    assert_eq!(settings.create_limit, CreateLimit::Percent(50));
    assert_eq!(settings.limits, RequestLimits::default());
    assert_eq!(settings.planning.adopt, Adopt::Any);
    assert_eq!(settings.identity.id_property, "testquality_test");
    assert_eq!(settings.identity.namespace, "");
    assert_eq!(settings.identity.folder, Vec::<String>::new());
    assert_eq!(settings.identity.group_by, GroupBy::Auto);
    assert_eq!(settings.identity.split, Split::Auto);
    assert_eq!(settings.identity.root, test_reports::text::RepositoryRoot::new(fixture.path()));
    assert_eq!(settings.warnings, Vec::<String>::new());
    assert!(!format!("{settings:?} {remote:?}").contains("canary"));
}

#[test]
fn options_override_variables_which_override_files() {
    let fixture = Fixture::new(&[
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
    let settings = fixture.settings("--namespace flag --retries 3 a.xml");
    assert_eq!(settings.identity.namespace, "flag");
    assert_eq!(settings.identity.folder, ["Auto", "Web"]);
    assert_eq!(settings.identity.split, Split::At("::".to_owned()));
    assert!(settings.identity.merge_parameters);
    assert_eq!(settings.planning.adopt, Adopt::None);
    assert_eq!(settings.planning.namespace, "flag");
    assert_eq!(settings.limits.retries, 3);
    let lines: Vec<String> = settings
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
    retries = 3 (--retries)
    adopt = none (../tq-import.toml:7)
    "#);
    let settings = fixture.settings("a.xml");
    assert_eq!(settings.identity.namespace, "from-environment");
}

#[test]
fn all_errors_are_reported_at_once() {
    let fixture = Fixture::new(&[("TQ_HOST", "api.testquality.com")])
        .with_file("tq-import.toml", "namespce = \"x\"\n");
    insta::assert_snapshot!(
        fixture.errors("a.xml --batch-size 0 --split . --no-split -v -q --exclude [ --allow-empty --min-tests 2"),
        @r#"
        ../tq-import.toml:1: unknown key `namespce`
          hint: did you mean `namespace`?
        no token is set
          hint: set TQ_ACCESS_TOKEN, or name a file with --token-file; --sandbox imports into a local database, without an account
        the host (TQ_HOST) does not begin with https://
          hint: write a whole URL, such as https://api.testquality.com
        no project is set
          hint: name it with --project NAME, TQ_PROJECT, or `project = "NAME"` in tq-import.toml
        exclude: invalid glob pattern "[": Pattern syntax error near position 0: invalid range pattern
        allow-empty cannot be combined with min-tests 2
          hint: leave out one of them
        --split cannot be combined with --no-split
        batch-size must be 1 to 1000, not 0 (--batch-size)
        --quiet cannot be combined with --verbose
        "#
    );
}

#[test]
fn options_of_the_vendors_cli_get_a_hint() {
    let fixture = Fixture::new(&[]);
    insta::assert_snapshot!(
        fixture.errors("upload_test_run a.xml --project_name=P --plan_name=C --run_result_output_dir d"),
        @r#"
        --run_result_output_dir: not supported
          hint: leave it out; --folder A/B says where new tests are placed, --results records the results
        no such report: "upload_test_run"
          hint: importing needs no command: `tq-import [OPTIONS] <REPORT>...`
        "#
    );
}

#[test]
fn no_token() {
    let fixture = Fixture::new(&[PROJECT]);
    insta::assert_snapshot!(fixture.errors("a.xml"), @r#"
    no token is set
      hint: set TQ_ACCESS_TOKEN, or name a file with --token-file; --sandbox imports into a local database, without an account
    "#);
    let fixture = Fixture::new(&[PROJECT, ("TQ_ACCESS_TOKEN", "")]);
    assert!(fixture.errors("a.xml").contains("fork"));
    let fixture = Fixture::new(&[PROJECT, ("TQ_ACCESS_TOKEN", "$(TESTQUALITY_TOKEN)")]);
    assert!(fixture.errors("a.xml").contains("names a variable that this pipeline does not have"));
}

#[test]
fn without_a_token_an_option_says_what_happens() {
    for token in ["", "$(TESTQUALITY_TOKEN)"] {
        // Neither project nor build is known, and nothing depends on them.
        let fixture = Fixture::new(&[("TQ_ACCESS_TOKEN", token), ("TQ_HOST", "nowhere")]);
        assert!(fixture.import("--results --without-token error a.xml").is_err());
        for (value, mode) in [("parse-only", Mode::ParseOnly), ("skip", Mode::Skip)] {
            let line = format!("--results --check --without-token {value} a.xml");
            let (settings, connection) = fixture.import(&line).unwrap();
            assert!(matches!(connection, Connection::Missing), "{connection:?}");
            assert_eq!((settings.mode, settings.results.is_none()), (mode, true));
            // Other errors remain.
            let line = format!("--without-token {value} --batch-size 0 a.xml");
            assert!(fixture.import(&line).unwrap_err()[0].message.contains("batch-size"));
        }
    }
    // With a token, it does not matter; a wrong one is an error.
    let fixture = Fixture::new(&[PROJECT, ("TQ_ACCESS_TOKEN", "canary")]);
    assert_eq!(fixture.settings("--without-token skip a.xml").mode, Mode::Apply);
    let fixture = Fixture::new(&[PROJECT, ("TQ_ACCESS_TOKEN", "two words")]);
    assert!(fixture.import("--without-token skip a.xml").is_err());
    assert!(fixture.import("--without-token skip --token-file nowhere a.xml").is_err());
    // A file of the repository cannot say it.
    let fixture = Fixture::new(&[]).with_file("tq-import.toml", "without_token = \"skip\"\n");
    assert!(fixture.errors("a.xml").contains("use the option --without-token in the pipeline"));
}

#[test]
fn a_token_can_be_in_a_file_and_is_never_shown() {
    let fixture = Fixture::new(&[PROJECT]).with_file("token", "  canary\n");
    let token = fixture.remote("--token-file ../token a.xml").token;
    assert_eq!(token.header().unwrap().as_bytes(), b"Bearer canary");
    let fixture = fixture.with_file("empty", "\n").with_file("two", "Bearer canary\n");
    insta::assert_snapshot!(fixture.errors("--token-file ../empty a.xml"), @"the token is empty (--token-file)");
    insta::assert_snapshot!(fixture.errors("--token-file ../two a.xml"), @r"
    the token holds white space (--token-file)
      hint: give only the token: one line, without `Bearer`
    ");
    // The token instead of its file.
    let errors = fixture.errors("--token-file canary a.xml");
    assert!(!errors.contains("canary"), "{errors}");
    let settings = fixture.settings("--access-token canary a.xml");
    assert!(settings.warnings[0].contains("list processes"));
    assert!(!format!("{settings:?}").contains("canary"));
}

#[cfg(unix)]
#[test]
fn a_token_that_everyone_can_read_causes_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::new(&[PROJECT])
        .with_file("token", "canary")
        .with_file("web/.testquality", "TQ_ACCESS_TOKEN=canary\n");
    for (mode, warnings) in [(0o644, 1), (0o600, 0)] {
        for file in ["token", "web/.testquality"] {
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(fixture.path().join(file), permissions).unwrap();
        }
        let settings = fixture.settings("a.xml");
        assert_eq!(settings.warnings.len(), warnings, "{:?}", settings.warnings);
        let settings = fixture.settings("--token-file ../token a.xml");
        assert_eq!(settings.warnings.len(), 2 * warnings, "{:?}", settings.warnings);
    }
}

/// The hosts that a file may name if the token comes from elsewhere.
#[test]
fn a_branch_cannot_send_the_token_elsewhere() {
    for (host, accepted) in [
        ("https://api.testquality.com", true),
        ("https://EU.TestQuality.com/", true),
        // The tests of the branch may listen there.
        ("http://127.0.0.1:8080", false),
        ("http://[::1]:8080", false),
        ("https://localhost:8443", false),
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
        let fixture = Fixture::new(&[TOKEN, PROJECT])
            .with_file("tq-import.toml", &format!("host = \"{host}\"\n"));
        assert_eq!(fixture.import("a.xml").is_ok(), accepted, "toml: {host}");
        assert_eq!(
            fixture.import("--insecure-http a.xml").is_ok(),
            accepted,
            "toml: {host} with --insecure-http"
        );
        let fixture = Fixture::new(&[TOKEN, PROJECT])
            .with_file("web/.testquality", &format!("TQ_HOST={host}\n"));
        assert_eq!(fixture.import("a.xml").is_ok(), accepted, ".testquality: {host}");
    }
    // A token that an option names may go to this machine.
    let fixture = Fixture::new(&[PROJECT])
        .with_file("token", "canary")
        .with_file("tq-import.toml", "host = \"http://127.0.0.1:8080\"\n");
    assert_eq!(
        fixture.remote("--token-file ../token a.xml").host.as_str(),
        "http://127.0.0.1:8080/"
    );
    // The same file holds the token.
    let fixture = Fixture::new(&[PROJECT])
        .with_file("web/.testquality", "TQ_HOST=https://tq.example\nTQ_ACCESS_TOKEN=canary\n");
    assert_eq!(fixture.remote("a.xml").host.as_str(), "https://tq.example/");
    // But not a host from tq-import.toml, and not with another token.
    let fixture = fixture.with_file("tq-import.toml", "host = \"https://evil.example\"\n");
    assert!(fixture.errors("a.xml").contains("is not used"));
    let fixture = Fixture::new(&[TOKEN, PROJECT])
        .with_file("web/.testquality", "TQ_HOST=https://tq.example\nTQ_ACCESS_TOKEN=other\n");
    insta::assert_snapshot!(fixture.errors("a.xml"), @r#"
    the host https://tq.example (.testquality:1) is not used: a file may name only https://*.testquality.com, unless it also holds the token
      hint: if you trust it, name it with --host or TQ_HOST
    "#);
    assert_eq!(
        fixture.remote("--host https://x.example a.xml").host.as_str(),
        "https://x.example/"
    );
}

#[test]
fn errors_about_hosts_never_show_passwords() {
    let fixture = Fixture::new(&[TOKEN, PROJECT]);
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
        let errors = fixture.errors(&format!("--host {host} a.xml"));
        assert!(!errors.contains("canary"), "{host}: {errors}");
    }
    let settings = fixture.settings("--host http://x.example --insecure-http a.xml");
    assert!(settings.warnings[0].contains("unencrypted"));
}

#[cfg(feature = "sandbox")]
#[test]
fn the_sandbox_needs_nothing_and_ignores_variables() {
    let fixture = Fixture::new(&[
        ("TQ_HOST", "nonsense"),
        ("TQ_NAMESPACE", "variable"),
        ("TQ_ACCESS_TOKEN", "canary"),
    ])
    .with_file("tq-import.toml", "host = \"https://evil.example\"\nfolder = \"Auto\"\n")
    .with_file("web/.testquality", "TQ_ACCESS_TOKEN=canary\n");
    let (settings, connection) = fixture.import("--sandbox a.xml").unwrap();
    let Connection::Sandbox { db, look, project } = connection else { panic!("no sandbox") };
    assert!(db.starts_with(fixture.path().join("data/tq-import/sandbox")), "{db:?}");
    assert_eq!(project, ProjectRef::Only);
    assert_eq!(look, "target/debug/tq-import sandbox");
    assert_eq!(settings.identity.namespace, "");
    assert_eq!(settings.identity.folder, ["Auto"]);
    assert_eq!(settings.warnings, Vec::<String>::new());
    let (settings, connection) = fixture.import("--sandbox=x.db --project P a.xml").unwrap();
    let Connection::Sandbox { db, look, project } = connection else { panic!("no sandbox") };
    assert_eq!(db, fixture.path().join("web/x.db"));
    assert_eq!(project, ProjectRef::OnlyOr(Box::new(ProjectRef::Name("P".to_owned()))));
    assert_eq!(look, "target/debug/tq-import sandbox --db x.db");
    assert_eq!(settings.warnings.len(), 1);
    insta::assert_snapshot!(
        fixture.errors("--sandbox --host https://x.example --access-token canary a.xml"),
        @r#"
        --sandbox cannot be combined with --host, --access-token
          hint: the sandbox needs neither token nor host
        "#
    );
}

#[test]
fn the_settings_file_is_searched_up_to_the_repository_root() {
    let fixture =
        Fixture::new(&[TOKEN, PROJECT]).with_file("tq-import.toml", "namespace = \"outer\"\n");
    assert_eq!(fixture.settings("a.xml").identity.namespace, "outer");
    let fixture = fixture.with_file("web/tq-import.toml", "namespace = \"inner\"\n");
    assert_eq!(fixture.settings("a.xml").identity.namespace, "inner");
    std::fs::remove_file(fixture.path().join("web/tq-import.toml")).unwrap();
    // With a nested repository, or without a repository, a file above may belong to somebody else.
    std::fs::create_dir(fixture.path().join("web/.git")).unwrap();
    assert_eq!(fixture.settings("a.xml").identity.namespace, "");
    std::fs::remove_dir(fixture.path().join("web/.git")).unwrap();
    std::fs::remove_dir(fixture.path().join(".git")).unwrap();
    assert_eq!(fixture.settings("a.xml").identity.namespace, "");
}

#[test]
fn colours_progress_and_verbosity() {
    let terminal = |variables: &[(&str, &str)], line: &str| {
        let mut all = vec![TOKEN, PROJECT];
        all.extend(variables);
        Fixture::new(&all).settings(line).terminal
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
fn a_directory_named_like_a_command_is_a_report() {
    let fixture = Fixture::new(&[TOKEN, PROJECT]);
    assert!(fixture.errors("a.xml inspect").contains("before the first report"));
    std::fs::create_dir(fixture.path().join("web/inspect")).unwrap();
    assert!(fixture.import("a.xml inspect").is_ok());
}

#[test]
fn only_a_number_in_its_usual_form_is_a_project_id() {
    for (name, expected) in [
        ("7", ProjectRef::Id(7)),
        ("007", ProjectRef::Name("007".to_owned())),
        ("+7", ProjectRef::Name("+7".to_owned())),
        ("7 up", ProjectRef::Name("7 up".to_owned())),
    ] {
        let fixture = Fixture::new(&[TOKEN, ("TQ_PROJECT", name)]);
        assert_eq!(fixture.remote("a.xml").project, expected);
    }
}

#[test]
fn a_database_without_an_equals_sign_gets_a_hint() {
    let errors = Fixture::new(&[]).errors("--sandbox shop.db a.xml");
    assert!(errors.contains("--sandbox=shop.db"), "{errors}");
}

#[test]
fn a_broken_file_may_name_the_project() {
    let fixture = Fixture::new(&[TOKEN]).with_file("tq-import.toml", "project = Shop\n");
    let errors = fixture.errors("a.xml");
    assert!(errors.contains("tq-import.toml") && !errors.contains("no project"), "{errors}");
}

#[test]
fn a_byte_order_mark_is_not_part_of_a_token() {
    let fixture = Fixture::new(&[PROJECT]).with_file("token", "\u{feff}the-token\r\n");
    let settings = fixture.import("--token-file ../token a.xml");
    assert!(settings.is_ok(), "{settings:?}");
}

#[test]
fn every_key_of_the_file_is_known_to_every_command() {
    let fixture = Fixture::new(&[TOKEN]).with_file(
        "web/tq-import.toml",
        r#"
        project = 12080
        host = "https://eu.testquality.com"
        namespace = "shop"
        folder = "Automated/Web"
        group_by = "file"
        split = false
        merge_parameters = true
        by_configuration = true
        root = ["/app"]
        id_property = "tq"
        reruns = true
        adopt = "none"
        no_steps = true
        no_fields = true
        create_limit = "25%"
        strict = true
        allow_empty = false
        min_tests = 10
        fail_on_test_failure = true
        exclude = ["old/*"]
        ignore = ["lint/*", "flaky*"]
        max_file_size = "8GiB"
        max_value_size = "2 MiB"
        max_cases = 6_000_000
        concurrency = 4
        batch_size = 100
        timeout = "10s"
        retries = 2
        lag_wait = "3s"
        deadline = "5m"
        results = true
        cycle = "Shop web"
        milestone = "1.0"
        close_run = true
        statuses = { skipped = "Blocked" }
        "#,
    );
    let (settings, connection) = fixture.import("a.xml --build 7").unwrap();
    let lines: Vec<String> = settings
        .provenance
        .iter()
        .map(|Provenance { name, value, .. }| format!("{name} = {value}"))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    token = ***
    host = https://eu.testquality.com/
    project = 12080
    exclude = old/*
    ignore = lint/*, flaky*
    max-value-size = 2 MiB
    allow-empty = false
    min-tests = 10
    strict = true
    max-file-size = 8 GiB
    max-cases = 6000000
    namespace = shop
    folder = Automated/Web
    id-property = tq
    root = /app
    group-by = file
    split = never
    merge-parameters = true
    by-configuration = true
    reruns = true
    concurrency = 4
    batch-size = 100
    timeout = 10s
    retries = 2
    lag-wait = 3s
    deadline = 300s
    adopt = none
    no-steps = true
    no-fields = true
    create-limit = 25%
    fail-on-test-failure = true
    results = true
    build = 7
    statuses = skipped=Blocked
    cycle = Shop web
    milestone = 1.0
    close-run = true
    "#);
    let results = settings.results.as_ref().unwrap();
    assert_eq!((&*results.cycle, results.close, results.build.attempt), ("Shop web", true, 1));
    let Connection::Remote(remote) = connection else { panic!("no server") };
    assert_eq!(remote.project, ProjectRef::Id(12080));
    assert_eq!(settings.reading.limits.file_size, 8 << 30);
    assert_eq!(settings.reading.limits.value_size, 2 << 20);
    assert_eq!(settings.limits.timeout, Duration::from_secs(10));

    assert!(Settings::for_inspect(&inspect(), &fixture.environment).is_ok());
    let reading = inspect().reading;
    let explain = ImportArgs { reading, ..ImportArgs::default() };
    assert!(Settings::for_explain(&explain, &fixture.environment).is_ok());
    let (_, _, errors) = Settings::for_doctor(&DoctorArgs::default(), &fixture.environment);
    assert_eq!(errors, []);
    fixture.import("--sandbox --build 7 a.xml").unwrap();
}

#[test]
fn all_errors_of_the_file_are_reported_with_their_lines() {
    let fixture = Fixture::new(&[TOKEN, PROJECT]).with_file(
        "web/tq-import.toml",
        "projct = \"Shop\"\n\
         token = \"canary\"\n\
         group_by = \"colour\"\n\
         strict = \"yes\"\n\
         ignore = [1]\n\
         timeout = 30\n\
         max_file_size = 7\n\
         batch_size = -1\n\
         ca-cert = \"x.pem\"\n\
         retries = 99999999999999999999\n\
         zzzzzzzzz = 1\n",
    );
    let errors = fixture.errors("a.xml");
    assert!(!errors.contains("canary"));
    insta::assert_snapshot!(errors, @r#"
    tq-import.toml:1: unknown key `projct`
      hint: did you mean `project`?
    tq-import.toml:2: `token`: a token does not belong in a file of the repository
      hint: set TQ_ACCESS_TOKEN, or name a file outside the repository with --token-file; if the token was committed, revoke it
    tq-import.toml:3: `group_by` must be one of "auto", "suite", "classname", "file", "flat"
    tq-import.toml:4: `strict` must be true or false
    tq-import.toml:5: `ignore` must be a list of strings
    tq-import.toml:6: `timeout` must be a time such as "30s" or "15m"
    tq-import.toml:7: `max_file_size` must be a size such as "512MiB"
    tq-import.toml:8: `batch_size` must be a number of at least 0
    tq-import.toml:9: `ca-cert` cannot be set in a file
      hint: a branch must not decide this: use the option --ca-cert in the pipeline
    tq-import.toml:10: `retries` must be a number of at least 0
    tq-import.toml:11: unknown key `zzzzzzzzz`
      hint: the keys are adopt, allow_empty, batch_size, by_configuration, close_run, concurrency, create_limit, cycle, deadline, exclude, fail_on_test_failure, folder, group_by, host, id_property, ignore, import, lag_wait, max_cases, max_file_size, max_value_size, merge_parameters, milestone, min_tests, namespace, no_fields, no_steps, project, reruns, results, retries, root, split, statuses, strict, timeout
    "#);
    // The same for a command that has no options for most of them.
    let errors = Settings::for_inspect(&inspect(), &fixture.environment).unwrap_err();
    assert_eq!(errors.len(), 11);
}

#[test]
fn syntax_errors_name_every_line_and_show_nothing_of_it() {
    let fixture = Fixture::new(&[TOKEN, PROJECT]).with_file(
        "web/tq-import.toml",
        "namespace = \"shop\"\n\ntoken = canary\nstrict = yes\nretries = \"x\"\n[canary\n",
    );
    let errors = fixture.errors("a.xml");
    assert!(!errors.contains("canary"), "{errors}");
    insta::assert_snapshot!(errors, @r#"
    tq-import.toml:3: string values must be quoted, expected literal string
    tq-import.toml:4: string values must be quoted, expected literal string
    tq-import.toml:5: `retries` must be a number of at least 0
    tq-import.toml:6: unclosed table, expected `]`
    "#);
}

/// The key, attempt and name of the build that these variables describe, or the errors.
fn build_of(line: &str, variables: &[(&str, &str)]) -> String {
    let all: Vec<(&str, &str)> = [TOKEN, PROJECT, ("TQ_NAMESPACE", "shop")]
        .into_iter()
        .chain(variables.iter().copied())
        .collect();
    let fixture = Fixture::new(&all);
    match fixture.import(line) {
        Ok((settings, _)) => match settings.results {
            Some(results) => format!(
                "{} | {} | {} | {}",
                results.build.key, results.build.attempt, results.run_name, results.cycle
            ),
            None => "off".to_owned(),
        },
        Err(errors) => errors
            .into_iter()
            .map(|error| format!("{}; {}", error.message, error.hint.unwrap_or_default()))
            .collect(),
    }
}

#[test]
fn each_ci_system_says_which_build_this_is() {
    let line = "a.xml --results";
    let github = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REPOSITORY", "me/shop"),
        ("GITHUB_RUN_ID", "77"),
        ("GITHUB_RUN_NUMBER", "812"),
        ("GITHUB_RUN_ATTEMPT", "2"),
        ("GITHUB_REF_NAME", "main"),
        ("GITHUB_SHA", "1a2b3c4d5e6f"),
    ];
    assert_eq!(build_of(line, &github), "me/shop/77 | 2 | main #812 1a2b3c4 | shop");
    let gitlab = [
        ("GITLAB_CI", "true"),
        ("CI_PROJECT_ID", "5"),
        ("CI_PIPELINE_ID", "990"),
        ("CI_PIPELINE_IID", "12"),
        ("CI_JOB_ID", "4711"),
        ("CI_COMMIT_REF_NAME", "main"),
    ];
    assert_eq!(build_of(line, &gitlab), "5/990 | 4711 | main #12 | shop");
    let azure = [
        ("TF_BUILD", "True"),
        ("BUILD_BUILDID", "9"),
        ("BUILD_BUILDNUMBER", "20260102.3"),
        ("SYSTEM_JOBATTEMPT", "3"),
        ("BUILD_SOURCEBRANCH", "refs/heads/main"),
    ];
    assert_eq!(build_of(line, &azure), "9 | 3 | main #20260102.3 | shop");
    let circle = [
        ("CIRCLECI", "true"),
        ("CIRCLE_PIPELINE_ID", "aa-bb"),
        ("CIRCLE_WORKFLOW_ID", "changes"),
        ("CIRCLE_BUILD_NUM", "31"),
    ];
    assert_eq!(build_of(line, &circle), "aa-bb | 31 | aa-bb | shop");
    let buildkite = [
        ("BUILDKITE", "true"),
        ("BUILDKITE_BUILD_ID", "uu-id"),
        ("BUILDKITE_BUILD_NUMBER", "5"),
        ("BUILDKITE_RETRY_COUNT", "1"),
    ];
    assert_eq!(build_of(line, &buildkite), "uu-id | 2 | #5 | shop");
    let bitbucket = [
        ("BITBUCKET_REPO_FULL_NAME", "me/shop"),
        ("BITBUCKET_BUILD_NUMBER", "6"),
        ("BITBUCKET_BRANCH", "main"),
    ];
    assert_eq!(build_of(line, &bitbucket), "me/shop/6 | 1 | main #6 | shop");
    let jenkins = [
        ("JENKINS_URL", "https://ci.example/"),
        ("BUILD_URL", "https://ci.example/job/shop/3/"),
        ("BUILD_NUMBER", "3"),
    ];
    assert_eq!(build_of(line, &jenkins), "https://ci.example/job/shop/3/ | 1 | #3 | shop");

    // An empty or missing variable would merge all builds into one.
    let all: [(&[(&str, &str)], &str); 7] = [
        (&github, "GITHUB_RUN_ID"),
        (&gitlab, "CI_PIPELINE_ID"),
        (&azure, "BUILD_BUILDID"),
        (&circle, "CIRCLE_PIPELINE_ID"),
        (&buildkite, "BUILDKITE_BUILD_ID"),
        (&bitbucket, "BITBUCKET_REPO_FULL_NAME"),
        (&jenkins, "BUILD_URL"),
    ];
    for (variables, missing) in all {
        let without: Vec<(&str, &str)> =
            variables.iter().copied().filter(|(name, _)| *name != missing).collect();
        let empty: Vec<(&str, &str)> = without.iter().copied().chain([(missing, " ")]).collect();
        for variables in [without, empty] {
            let errors = build_of(line, &variables);
            assert!(errors.contains(&format!("{missing} is not set")), "{errors}");
            assert!(errors.contains("--build KEY"), "{errors}");
            assert!(build_of("a.xml --build 7", &variables).starts_with("7 | "));
        }
    }
    assert!(build_of(line, &[]).contains("no known CI system was detected"));
}

#[test]
fn results_are_recorded_if_an_option_or_variable_says_so() {
    assert_eq!(build_of("a.xml", &[]), "off");
    assert_eq!(build_of("a.xml", &[("TQ_BUILD", "7")]), "7 | 1 | 7 | shop");
    assert_eq!(build_of("a.xml --build 8 --attempt 3", &[("TQ_BUILD", "7")]), "8 | 3 | 8 | shop");
    assert_eq!(build_of("a.xml --build 8", &[("TQ_RESULTS", "0")]), "8 | 1 | 8 | shop");
    assert_eq!(build_of("a.xml", &[("TQ_RESULTS", "false")]), "off");
    assert!(build_of("a.xml", &[("TQ_RESULTS", "1")]).contains("which build"));
    assert!(build_of("a.xml", &[("TQ_RESULTS", "maybe")]).contains("neither true nor false"));
    assert!(build_of("a.xml --build 7 --attempt 0", &[]).contains("attempt must be at least 1"));
    let vendor = "a.xml --plan_name=Web --run_name=nightly --milestone_id=5 --build=7";
    assert_eq!(build_of(vendor, &[]), "7 | 1 | nightly | Web");
    // A file must not name the build.
    let fixture = Fixture::new(&[TOKEN, PROJECT])
        .with_file("tq-import.toml", "build = \"7\"\nstatuses = { odd = \"x\" }\n");
    let errors = fixture.errors("a.xml");
    assert!(errors.contains("`build` cannot be set in a file"), "{errors}");
    assert!(errors.contains("unknown outcome `odd`"), "{errors}");
}

const TABLES: &str = r#"
project = "Shop"
namespace = "shop"
folder = "Automated"
group_by = "file"
exclude = ["*/old/*"]
ignore = ["slow*"]
root = ["/all"]

[[import]]
files = ["packages/web/**/*.xml", "!**/lint.xml"]

[[import]]
files = ["services/api.xml"]
namespace = " shop-api "
folder = "Automated/API"
exclude = ["old.xml", "services/tmp/*"]
ignore = ["load/*"]
root = ["/app"]
group_by = "flat"
split = "::"
merge_parameters = true
by_configuration = true
reruns = true
id_property = "tq"
"#;

#[test]
fn a_table_has_its_own_settings_and_else_those_above() {
    let fixture = Fixture::new(&[TOKEN]).with_file("tq-import.toml", TABLES);
    let line = "tq-import --exclude tmp/x.xml";
    let parse = |line: &str| {
        let cli = args::parse(line.split(' ').map(OsString::from)).unwrap();
        Settings::for_import(&cli.import, &fixture.environment)
    };
    let (settings, _) = parse(line).unwrap();
    let [web, api] = &settings.tables[..] else { panic!("{:?}", settings.tables) };
    assert_eq!(web.files, ["packages/web/**/*.xml", "!**/lint.xml"]);
    assert_eq!(web.exclude, Vec::<String>::new());
    assert_eq!(
        (&*web.identity.namespace, &web.identity.folder),
        ("shop", &settings.identity.folder)
    );
    assert_eq!((web.identity.group_by, web.ignore.len()), (GroupBy::File, 1));
    assert_eq!(
        (&*api.identity.namespace, api.identity.folder.join("/")),
        ("shop-api", "Automated/API".to_owned())
    );
    let escaped =
        |directory: &Path| Pattern::escape(directory.canonicalize().unwrap().to_str().unwrap());
    let top = escaped(fixture.path());
    assert_eq!(api.exclude, ["old.xml".to_owned(), format!("{top}/services/tmp/*")]);
    // Those of the import are relative to the working directory, which is not that of the file.
    let web = escaped(&fixture.path().join("web"));
    assert_eq!(settings.reading.exclude[1], format!("{web}/tmp/x.xml"));
    assert_eq!((api.identity.group_by, api.ignore.len()), (GroupBy::Flat, 2));
    assert_eq!(api.identity.split, Split::At("::".to_owned()));
    assert!(api.identity.merge_parameters && api.identity.by_configuration && api.identity.reruns);
    assert_eq!((&*api.identity.id_property, api.identity.roots.len()), ("tq", 2));
    assert_eq!(settings.namespaces(), ["shop", "shop-api"]);
    assert_eq!(settings.table_name(1), "[[import]] 2 (namespace shop-api)");
    assert_eq!(settings.tables_prefix(), Some("../"));
    let api_namespace = settings.provenance.iter().find(|known| known.value == " shop-api ");
    assert_eq!(api_namespace.unwrap().source.to_string(), "../tq-import.toml:15");

    // An option replaces a key of every table.
    let (settings, _) = parse("tq-import --group-by suite --merge-parameters").unwrap();
    for table in &settings.tables {
        assert_eq!(table.identity.group_by, GroupBy::Suite);
        assert!(table.identity.merge_parameters);
    }
    // The sandbox ignores variables, and one for all tables is an error otherwise.
    let variable =
        Fixture::new(&[TOKEN, ("TQ_NAMESPACE", "x")]).with_file("tq-import.toml", TABLES);
    assert!(variable.import("--sandbox a.xml").is_ok());
    insta::assert_snapshot!(variable.errors("--folder X a.xml"), @r#"
    TQ_NAMESPACE cannot be combined with `namespace` of an [[import]] table (../tq-import.toml:15)
      hint: leave TQ_NAMESPACE out: each table says which namespace its tests have
    --folder cannot be combined with `folder` of an [[import]] table (../tq-import.toml:16)
      hint: leave --folder out: each table says which folder its tests have
    "#);
}

#[test]
fn errors_of_tables_name_line_and_column() {
    let fixture = Fixture::new(&[TOKEN]).with_file(
        "web/tq-import.toml",
        "project = \"Shop\"\n\
         [[import]]\n\
         files = [\"a.xml\"]\n\
         \x20 adopt = \"none\"\n\
         nmespace = \"x\"\n\
         project = \"Other\"\n\
         token = \"canary\"\n\
         reruns = \"yes\"\n\
         [[import]]\n\
         namespace = \"y\"\n\
         [[import]]\n\
         files = [\"-\"]\n\
         [[import]]\n\
         files = [\"!a.xml\"]\n",
    );
    let errors = fixture.errors("a.xml");
    assert!(!errors.contains("canary"), "{errors}");
    insta::assert_snapshot!(errors, @r#"
    tq-import.toml:4:3: `adopt` cannot be set for one [[import]] table
      hint: it applies to the whole import: write it above the first [[import]]; the keys of a table are by_configuration, exclude, files, folder, group_by, id_property, ignore, merge_parameters, namespace, reruns, root, split
    tq-import.toml:5:1: unknown key `nmespace`
      hint: did you mean `namespace`?
    tq-import.toml:6:1: `project` cannot be set for one [[import]] table
      hint: it applies to the whole import: write it above the first [[import]]; the keys of a table are by_configuration, exclude, files, folder, group_by, id_property, ignore, merge_parameters, namespace, reruns, root, split
    tq-import.toml:7:1: `token`: a token does not belong in a file of the repository
      hint: set TQ_ACCESS_TOKEN, or name a file outside the repository with --token-file; if the token was committed, revoke it
    tq-import.toml:8:1: `reruns` must be true or false
    tq-import.toml:9:1: the [[import]] table names no reports
      hint: name them, for example files = ["reports/**/*.xml"]
    tq-import.toml:11:1: "-" in `files` is not a report of the repository
      hint: name files, directories or patterns, relative to the directory of this file
    tq-import.toml:13:1: the [[import]] table names no reports
      hint: name them, for example files = ["reports/**/*.xml"]
    "#);
    for (file, expected) in [
        ("import = [\"a.xml\"]\n", "tq-import.toml:1:1: `import` must be a list of tables"),
        (
            "[import]\nfiles = [\"a.xml\"]\n",
            "tq-import.toml:1:2: `import` must be a list of tables",
        ),
        (
            "imports = 1\n",
            "tq-import.toml:1: unknown key `imports`\n  hint: did you mean `import`?",
        ),
    ] {
        let fixture = Fixture::new(&[TOKEN, PROJECT]).with_file("web/tq-import.toml", file);
        let errors = fixture.errors("a.xml");
        assert!(errors.starts_with(expected), "{errors}");
    }
}

#[test]
fn without_reports_and_tables_only_this_is_an_error() {
    let fixture = Fixture::new(&[]);
    let parse = |line: &str| {
        let cli = args::parse(line.split(' ').map(OsString::from)).unwrap();
        text(&Settings::for_import(&cli.import, &fixture.environment).map(|_| ()).unwrap_err())
    };
    let errors = parse("tq-import --results");
    assert!(errors.starts_with("no reports named\n  hint: "), "{errors}");
    assert_eq!(errors.lines().count(), 2);
}
