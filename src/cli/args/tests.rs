use super::*;

fn parsed(line: &[&str]) -> Result<Cli, clap::Error> {
    parse(std::iter::once("tq-import").chain(line.iter().copied()).map(OsString::from))
}

fn import(line: &[&str]) -> ImportArgs {
    let cli = parsed(line).unwrap();
    assert!(cli.command.is_none(), "{line:?}");
    cli.import
}

fn inspect(line: &[&str]) -> InspectArgs {
    match parsed(line).unwrap().command {
        Some(Command::Inspect(args)) => args,
        other => panic!("{line:?}: {other:?}"),
    }
}

#[test]
fn clap_accepts_the_definition() {
    definition().debug_assert();
}

#[test]
fn options_may_precede_or_follow_the_command() {
    for line in [
        &["inspect", "--namespace", "shop", "-v", "a.xml"][..],
        &["--namespace", "shop", "inspect", "-v", "a.xml"],
        &["-v", "--namespace=shop", "inspect", "a.xml"],
        &["-v", "inspect", "a.xml", "--namespace", "shop"],
    ] {
        let args = inspect(line);
        assert_eq!(args.mapping.namespace.as_deref(), Some("shop"), "{line:?}");
        assert_eq!(args.terminal.verbose, 1, "{line:?}");
        assert_eq!(args.reading.reports, ["a.xml"], "{line:?}");
    }
    let args = inspect(&["--exclude", "a", "inspect", "--exclude", "b", "x.xml"]);
    assert_eq!(args.reading.exclude, ["a", "b"]);
    let cli = parsed(&["--db", "x.db", "sandbox", "reset"]).unwrap();
    let Some(Command::Sandbox(sandbox)) = cli.command else {
        panic!("no sandbox");
    };
    assert_eq!(sandbox.command, Some(SandboxCommand::Reset));
    assert_eq!(sandbox.db, Some(PathBuf::from("x.db")));
    let cli = parsed(&["sandbox", "reset", "--db", "y.db"]).unwrap();
    let Some(Command::Sandbox(sandbox)) = cli.command else {
        panic!("no sandbox");
    };
    assert_eq!(sandbox.db, Some(PathBuf::from("y.db")));
}

#[test]
fn a_command_is_one_only_in_the_place_of_the_first_report() {
    assert_eq!(import(&["a.xml", "inspect"]).reading.reports, ["a.xml", "inspect"]);
    assert_eq!(import(&["--", "inspect"]).reading.reports, ["inspect"]);
    assert_eq!(import(&["--folder", "inspect", "a.xml"]).reading.reports, ["a.xml"]);
    assert_eq!(import(&["--sandbox", "a.xml"]).reading.reports, ["a.xml"]);
}

#[test]
fn two_dashes_introduce_the_command() {
    let run = |line: &[&str]| match parsed(line).unwrap().command {
        Some(Command::Run(args)) => args,
        other => panic!("{line:?}: {other:?}"),
    };
    let args = run(&["run", "--sandbox", "a.xml", "!b.xml", "--", "make", "-j", "--project", "x"]);
    assert_eq!(args.import.reading.reports, ["a.xml", "!b.xml"]);
    assert_eq!(args.command, ["make", "-j", "--project", "x"]);
    assert_eq!(args.import.connection.project, None);
    let args = run(&["--project", "Shop", "run", "--", "cargo", "test", "--", "inspect"]);
    assert_eq!(args.import.connection.project.as_deref(), Some("Shop"));
    assert!(args.import.reading.reports.is_empty());
    assert_eq!(args.command, ["cargo", "test", "--", "inspect"]);
}

#[test]
fn the_value_of_sandbox_needs_an_equals_sign() {
    assert_eq!(import(&["--sandbox", "a.xml"]).connection.sandbox, Some(None));
    assert_eq!(
        import(&["--sandbox=x.db", "a.xml"]).connection.sandbox,
        Some(Some(PathBuf::from("x.db")))
    );
    assert_eq!(import(&["a.xml"]).connection.sandbox, None);
    assert!(parsed(&["--sandbox=", "a.xml"]).is_err());
}

#[test]
fn names_of_the_vendors_cli_are_accepted() {
    let args =
        import(&["a.xml", "--project_name=Shop", "--access_token", "canary", "--delimiter", "-"]);
    assert_eq!(args.connection.project.as_deref(), Some("Shop"));
    assert_eq!(args.connection.access_token.as_ref().unwrap().0, "canary");
    assert!(!format!("{args:?}").contains("canary"));
    assert_eq!(args.mapping.split.as_deref(), Some("-"));
    assert_eq!(import(&["a.xml", "--project_id", "7"]).connection.project.as_deref(), Some("7"));
    let args = import(&["upload_test_run", "x", "--plan_name=C", "--run_result_output_dir", "d"]);
    assert_eq!(args.vendor.given, ["--run_result_output_dir"]);
    assert_eq!(args.results.cycle.as_deref(), Some("C"));
}

#[test]
fn standard_input_and_exclusions_are_reports() {
    let args = import(&["-", "reports/", "!reports/old/*"]);
    assert_eq!(args.reading.reports, ["-", "reports/", "!reports/old/*"]);
}

#[test]
fn usage_errors_exit_with_2_and_help_with_0() {
    for line in [
        &["--no-such", "a.xml"][..],
        &["--group-by", "colour", "a.xml"],
        &["--soft-fail", "2", "a.xml"],
        &["--timeout", "30", "a.xml"],
        &["--output", "summary.json", "a.xml"],
        &["explain"],
        &["run"],
        &["run", "cargo", "test"],
        &["run", "a.xml", "--"],
        &["inspect", "--token-file", "x", "a.xml"],
    ] {
        assert_eq!(parsed(line).unwrap_err().exit_code(), 2, "{line:?}");
    }
    for line in
        [&["--help"][..], &["-h"], &["--version"], &["inspect", "--help"], &["help", "inspect"]]
    {
        assert_eq!(parsed(line).unwrap_err().exit_code(), 0, "{line:?}");
    }
}

#[test]
fn an_error_never_repeats_a_token() {
    for line in [
        &["--access-token=canary", "--timeout"][..],
        &["--timeout", "--access-token", "canary"],
        &["--acess-token=canary", "a.xml"],
        &["--access-token", "canary", "--no-such", "a.xml"],
        &["inspect", "--access-token=canary", "a.xml"],
        &["sandbox", "--access-token=canary"],
    ] {
        let error = parsed(line).unwrap_err().render().to_string();
        assert!(!error.contains("canary"), "{line:?}: {error}");
    }
}

#[test]
fn the_last_of_an_option_counts_and_lists_grow() {
    let cli =
        parsed(&["--project", "a", "--exclude", "x", "--project", "b", "--exclude", "y", "a.xml"])
            .unwrap();
    assert_eq!(cli.import.connection.project.as_deref(), Some("b"));
    assert_eq!(cli.import.reading.exclude, ["x", "y"]);
}

/// The help as it reads at 80 columns.
fn help(line: &[&str]) -> String {
    let mut command = definition().term_width(80);
    let error =
        command.try_get_matches_from_mut(std::iter::once(&"tq-import").chain(line)).unwrap_err();
    error.render().to_string()
}

#[test]
fn help_texts() {
    insta::assert_snapshot!("short", help(&["-h"]));
    insta::assert_snapshot!("long", help(&["--help"]));
    insta::assert_snapshot!("inspect", help(&["inspect", "-h"]));
    insta::assert_snapshot!("run", help(&["run", "--help"]));
    insta::assert_snapshot!("sandbox", help(&["sandbox", "--help"]));
    for command in ["convert", "explain", "doctor", "init", "completions", "man"] {
        insta::assert_snapshot!(command, help(&[command, "-h"]));
    }
}
