//! Keeps the token from the command: tests of a branch may read the environment, the arguments and the memory of the process
//! that started them.

use std::ffi::OsString;
use std::io;

use crate::cli::args::RunArgs;
#[cfg(unix)]
use crate::cli::settings::{ACCESS_TOKEN_WARNING, TOKEN_PIPE_VARIABLE, TOKEN_VARIABLE};
#[cfg(unix)]
use crate::cli::streams::Streams;

/// The longest token that a pipe takes without a reader, in bytes.
#[cfg(unix)]
const MAX_TOKEN: usize = 32 * 1024;

/// The option that holds a token, and its other name.
#[cfg(any(unix, test))]
const TOKEN_OPTIONS: [&str; 2] = ["--access-token", "--access_token"];

/// Starts this program again without the token in its environment and in its `arguments`, which other processes could read as
/// long as it runs. A pipe carries the token. Returns only if there is none, or on an error.
///
/// # Errors
/// If the program cannot be started again.
#[cfg(unix)]
pub(in crate::cli) fn start_without_token(
    arguments: &[OsString],
    args: &RunArgs,
) -> io::Result<()> {
    use std::io::Write as _;
    use std::os::fd::AsRawFd as _;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::process::CommandExt as _;

    let given = args.import.connection.access_token.as_ref().map(|token| token.0.clone().into());
    if given.is_some() {
        Streams::default().warning(ACCESS_TOKEN_WARNING);
    }
    let token: Option<OsString> = given.or_else(|| std::env::var_os(TOKEN_VARIABLE));
    let Some(token) = token.filter(|token| !token.is_empty()) else {
        return Ok(());
    };
    if token.len() > MAX_TOKEN {
        return Err(io::Error::other(format!("the token is longer than {MAX_TOKEN} bytes")));
    }
    let (reader, mut writer) = io::pipe()?;
    writer.write_all(token.as_bytes())?;
    drop(writer);
    let number = reader.as_raw_fd();
    let paths = [format!("/proc/self/fd/{number}"), format!("/dev/fd/{number}")];
    let path = paths.iter().find(|path| std::path::Path::new(path).exists());
    let path = path.ok_or_else(|| io::Error::other("there is neither /proc nor /dev/fd"))?;
    // The only descriptor that the program inherits. It is empty when the command inherits it in turn.
    rustix::io::fcntl_setfd(&reader, rustix::io::FdFlags::empty())?;
    let mut arguments = without_token(arguments).into_iter();
    let mut again = std::process::Command::new(program()?);
    again.arg0(arguments.next().unwrap_or_default());
    again.args(arguments).env_remove(TOKEN_VARIABLE);
    again.env(TOKEN_PIPE_VARIABLE, path);
    Err(again.exec())
}

/// Systems without `exec` do not show the environment of a process to others.
#[cfg(not(unix))]
pub(in crate::cli) fn start_without_token(_: &[OsString], _: &RunArgs) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn program() -> io::Result<std::path::PathBuf> {
    let path = std::env::current_exe()?;
    // The file may have been replaced since the start.
    let of_process = std::path::Path::new("/proc/self/exe");
    Ok(if path.exists() { path } else { of_process.to_owned() })
}

/// `arguments`, program name first, without the options that hold a token. Those after `--` belong to the command.
#[cfg(any(unix, test))]
fn without_token(arguments: &[OsString]) -> Vec<OsString> {
    let is_token = |name: &str| TOKEN_OPTIONS.contains(&name);
    let mut kept = Vec::with_capacity(arguments.len());
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            kept.push(argument.clone());
            kept.extend(arguments.cloned());
            break;
        }
        let text = argument.to_string_lossy();
        match text.split_once('=') {
            Some((name, _)) if is_token(name) => {}
            None if is_token(&text) => {
                arguments.next();
            }
            _ => kept.push(argument.clone()),
        }
    }
    kept
}

/// From now on, other processes of the same user can read neither the memory nor the initial environment of this one, and no
/// core dump is written.
pub(super) fn protect_memory() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // Fails on no kernel that runs Rust programs.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_lose_the_token_and_nothing_else() {
        for (line, kept) in [
            ("tq run --access-token canary a.xml -- x", "tq run a.xml -- x"),
            ("tq run --access_token=canary a.xml -- x", "tq run a.xml -- x"),
            ("tq --access-token= run -- x", "tq run -- x"),
            (
                "tq run --project P -- x --access-token mine",
                "tq run --project P -- x --access-token mine",
            ),
            ("tq run --access-token", "tq run"),
        ] {
            let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let left = without_token(&arguments);
            let left: Vec<_> = left.iter().map(|argument| argument.to_string_lossy()).collect();
            assert_eq!(left.join(" "), kept, "{line}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_protected_process_cannot_be_dumped() {
        use rustix::process::{DumpableBehavior, dumpable_behavior};
        protect_memory();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
