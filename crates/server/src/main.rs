//! The makoto program: the server, and the operator's commands.

// It panics when its reader hangs up; `say` does not.
#![deny(clippy::print_stdout)]

mod app;
mod backup;
mod bulk;
mod client;
mod commands;
mod compatibility;
mod compose;
mod config;
mod connections;
mod control;
mod demo;
mod denials;
mod dispatch;
mod doctor;
mod embedded;
mod failures;
mod headers;
mod instance;
mod jobs;
mod live;
mod lookups;
mod mail;
mod metrics;
mod openapi;
mod parts;
mod pipeline;
mod privacy;
mod probes;
mod public;
mod record_stream;
mod refusal;
mod routes;
mod runtimes;
mod serve;
mod sightings;

use clap::{Args, Parser, Subcommand};
use commands::{Command, Failure};
use config::Config;
use instance::{Files, Found, Instance};
use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// Hits are taken apart on one thread and let go on another, which the system's allocator is slow at. Of mimalloc's two lines
/// the one that gives back within a tenth of a second what was let go; the other keeps it for a second or more.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "makoto", version, about = "Web analytics that you own, compatible with Matomo.")]
struct Cli {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// Serve a data directory.
    Serve(Serve),
    /// Manage users.
    User {
        #[command(subcommand)]
        act: UserAct,
    },
    /// Manage API tokens.
    Token {
        #[command(subcommand)]
        act: TokenAct,
    },
    /// Change settings.
    Setting {
        #[command(subcommand)]
        act: SettingAct,
    },
    /// What anybody may see without an account.
    Public {
        #[command(subcommand)]
        act: PublicAct,
    },
    /// Check the installation and the stored data.
    Doctor {
        #[arg(long)]
        data_dir: PathBuf,
    },
    /// Measure whether the installation is safe, check by check.
    Checkup {
        #[arg(long)]
        data_dir: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Try the operator's way back in: a superuser and a token are made, used and removed.
    RecoveryDrill {
        #[arg(long)]
        data_dir: PathBuf,
    },
    /// The record of who did what.
    Audit {
        #[command(subcommand)]
        act: AuditAct,
    },
    /// Write a copy of everything to a new directory, while the server runs.
    Backup {
        #[arg(long)]
        data_dir: PathBuf,
        /// A directory that does not exist yet.
        to: PathBuf,
    },
    /// Put a backup back into an empty directory.
    Restore {
        #[arg(long)]
        data_dir: PathBuf,
        /// A directory that `makoto backup` wrote.
        from: PathBuf,
        /// What was erased since the backup: the directory of the installation from which it is, or its
        /// erasures.ledger. Backups that are still where they were written have it beside them.
        #[arg(long)]
        ledger: Option<PathBuf>,
    },
    /// Fill a site of a running server with some weeks of made-up visits.
    Demo {
        #[arg(long)]
        data_dir: PathBuf,
        #[arg(long, default_value_t = 9)]
        weeks: u32,
    },
    /// Print the description of the API.
    Openapi,
    /// Print the list of parts that this program was built of (CycloneDX, JSON).
    Parts,
    /// Print how far each method and tracking parameter of Matomo goes.
    Compatibility,
}

#[derive(Args)]
struct Serve {
    #[arg(long, required_unless_present = "print_config")]
    data_dir: Option<PathBuf>,
    /// HOST:PORT
    #[arg(long)]
    listen: Option<String>,
    /// Where browsers reach the server.
    #[arg(long)]
    base_url: Option<String>,
    #[arg(long)]
    config: Option<String>,
    /// Print each value of the configuration with where it came from, and end.
    #[arg(long)]
    print_config: bool,
}

#[derive(Subcommand)]
enum UserAct {
    /// Add a user; the password is read from standard input.
    Create {
        #[arg(long)]
        data_dir: PathBuf,
        #[arg(long)]
        login: String,
        #[arg(long)]
        email: String,
        #[arg(long)]
        superuser: bool,
        /// Read the password from standard input.
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Take all second factors of a user away, for one who lost them; ends the user's sessions.
    ResetFactors {
        #[arg(long)]
        data_dir: PathBuf,
        #[arg(long)]
        login: String,
    },
}

#[derive(Subcommand)]
enum TokenAct {
    /// Make a token and print it; it is shown this once.
    Create {
        #[arg(long)]
        data_dir: PathBuf,
        #[arg(long)]
        login: String,
        #[arg(long)]
        description: String,
        /// all, admin, write, view, track, read or provisioning
        #[arg(long, default_value = "all")]
        scope: String,
        #[arg(long)]
        expires_days: Option<u32>,
    },
}

#[derive(Subcommand)]
enum SettingAct {
    /// Set a setting; in force at once.
    Set {
        name: String,
        #[arg(required_unless_present = "value_stdin", conflicts_with = "value_stdin")]
        value: Option<String>,
        /// Read the value from standard input, as secrets should be.
        #[arg(long)]
        value_stdin: bool,
        #[arg(long)]
        data_dir: PathBuf,
    },
}

#[derive(Subcommand)]
enum PublicAct {
    /// List every public grant with its state.
    List {
        #[arg(long)]
        data_dir: PathBuf,
    },
    /// Switch public reports on or off for the installation.
    Switch {
        /// on or off
        state: String,
        #[arg(long)]
        data_dir: PathBuf,
        /// Also while nobody can be told by mail.
        #[arg(long)]
        without_mail: bool,
    },
    /// Carry over sites that another installation shows to everybody; they wait for a superuser's confirmation.
    Import {
        #[arg(long)]
        data_dir: PathBuf,
        /// Numbers of sites, with commas.
        #[arg(long, value_delimiter = ',', required = true)]
        sites: Vec<u32>,
    },
    /// Make a pending or paused grant public. Every superuser is told.
    Activate {
        grant: i64,
        #[arg(long)]
        data_dir: PathBuf,
        /// Also while nobody can be told by mail.
        #[arg(long)]
        without_mail: bool,
    },
    /// Stop everything that is public.
    PauseAll {
        #[arg(long)]
        data_dir: PathBuf,
    },
    /// End a grant for good.
    Revoke {
        grant: i64,
        #[arg(long)]
        data_dir: PathBuf,
    },
}

impl PublicAct {
    fn command(self) -> (PathBuf, Command) {
        match self {
            PublicAct::List { data_dir } => (data_dir, Command::PublicList),
            PublicAct::Switch { state, data_dir, without_mail } => {
                (data_dir, Command::PublicSwitch { state, without_mail })
            }
            PublicAct::Import { data_dir, sites } => (data_dir, Command::PublicImport { sites }),
            PublicAct::Activate { grant, data_dir, without_mail } => {
                (data_dir, Command::PublicActivate { grant, without_mail })
            }
            PublicAct::PauseAll { data_dir } => (data_dir, Command::PublicPauseAll),
            PublicAct::Revoke { grant, data_dir } => (data_dir, Command::PublicRevoke { grant }),
        }
    }
}

#[derive(Subcommand)]
enum AuditAct {
    /// Check that no line of the record was changed, moved or removed.
    Verify {
        #[arg(long)]
        data_dir: PathBuf,
        /// A head that was kept elsewhere, from a mail or an export; may be given several times.
        #[arg(long = "head", value_name = "LINE:HASH")]
        heads: Vec<String>,
    },
}

/// How long the end waits for work that nothing else waits for, such as a question to another server: what must not be
/// cut short has ended before.
const STRAGGLERS_WAIT_MAX: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    // Whatever is written, stores and backups, is for its owner alone.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let cli = Cli::parse();
    let done = match runtimes::pages(matches!(cli.act, Act::Serve(_))) {
        Ok(runtime) => {
            let done = runtime.block_on(run(cli.act));
            runtime.shutdown_timeout(STRAGGLERS_WAIT_MAX);
            done
        }
        Err(fault) => Err(Failure::File { path: "threads".to_owned(), fault }),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("makoto: {}", failure.told());
            ExitCode::FAILURE
        }
    }
}

async fn run(act: Act) -> Result<(), Failure> {
    let (data_dir, command) = match act {
        Act::Serve(options) => return serve(options).await,
        Act::Restore { data_dir, from, ledger } => {
            let data_dir = std::path::absolute(&data_dir).map_err(|fault| Failure::file(&data_dir, fault))?;
            return say(&backup::restore(&from, &data_dir, ledger.as_deref()).await?);
        }
        Act::Demo { data_dir, weeks } => return say(&demo::fill(&data_dir, weeks).await?),
        Act::Openapi => {
            let document = openapi::document(&makoto_features::catalog()?);
            return say(&serde_json::to_string_pretty(&document).map_err(|fault| Failure::Data(fault.to_string()))?);
        }
        Act::Parts => {
            let list = parts::document().map_err(Failure::Data)?;
            return say(&serde_json::to_string_pretty(&list).map_err(|fault| Failure::Data(fault.to_string()))?);
        }
        Act::Compatibility => {
            return say(compatibility::document(&makoto_features::catalog()?).trim_end());
        }
        Act::User { act: UserAct::Create { data_dir, login, email, superuser, .. } } => {
            let password = read_password()?;
            (data_dir, Command::UserCreate { login, email, superuser, password })
        }
        Act::User { act: UserAct::ResetFactors { data_dir, login } } => (data_dir, Command::ResetFactors { login }),
        Act::Token { act: TokenAct::Create { data_dir, login, description, scope, expires_days } } => {
            (data_dir, Command::TokenCreate { login, description, scope, expires_days })
        }
        Act::Setting { act: SettingAct::Set { name, value, data_dir, .. } } => {
            if value.is_some() && makoto_features::catalog()?.setting(&name).is_some_and(|setting| setting.secret()) {
                eprintln!("makoto: {name} is secret, and others see what stands in a command; {BY_INPUT}");
            }
            let value = setting_value(value, std::io::stdin())?;
            (data_dir, Command::SettingSet { name, value })
        }
        Act::Public { act } => act.command(),
        Act::Checkup { data_dir, json } => {
            let report = operate(&data_dir, Command::Checkup).await?;
            return say(&if json { report } else { commands::checkup_lines(&report)? });
        }
        Act::RecoveryDrill { data_dir } => (data_dir, Command::RecoveryDrill),
        Act::Doctor { data_dir } => (data_dir, Command::Doctor),
        Act::Audit { act: AuditAct::Verify { data_dir, heads } } => (data_dir, Command::AuditVerify { heads }),
        Act::Backup { data_dir, to } => {
            let to = std::path::absolute(&to).map_err(|fault| Failure::file(&to, fault))?;
            (data_dir, Command::Backup { to: to.display().to_string() })
        }
    };
    say(&operate(&data_dir, command).await?)
}

/// Writes what a command has to say. A reader who has seen enough and hangs up, as `head` does, is no fault.
fn say(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(fault) if fault.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::File { path: "standard output".to_owned(), fault })
        }
        _ => Ok(()),
    }
}

/// Runs an operator's act in the server that owns the directory, or here when none runs.
async fn operate(data_dir: &Path, command: Command) -> Result<String, Failure> {
    let socket = Files::new(data_dir).control();
    let asked = command.clone();
    let answer = tokio::task::spawn_blocking(move || control::ask(&socket, &asked)).await;
    if let Some(answer) = answer.map_err(|fault| Failure::Data(fault.to_string()))?? {
        return Ok(answer);
    }
    match command {
        Command::Doctor => doctor::report(&doctor::examine_closed(data_dir).await?),
        Command::Backup { .. } => {
            // A mistyped directory is told first.
            drop(Instance::open(data_dir).await?);
            Err(Failure::Refused(
                "no server runs; copy the whole data directory instead, or start the server".to_owned(),
            ))
        }
        Command::Checkup => {
            let instance = Instance::open(data_dir).await?;
            let done = probes::closed_checkup(&instance).await;
            instance.meta.close().await;
            done
        }
        command => {
            let instance = match command {
                // An installation may begin with its first user or setting.
                Command::UserCreate { .. } | Command::SettingSet { .. } => {
                    if matches!(Files::new(data_dir).found().await?, Found::Nothing) {
                        eprintln!("makoto: a new installation is made in {}", data_dir.display());
                    }
                    Instance::open_or_make(data_dir).await?
                }
                _ => Instance::open(data_dir).await?,
            };
            let done = commands::run(&instance, command).await;
            instance.meta.close().await;
            done
        }
    }
}

async fn serve(options: Serve) -> Result<(), Failure> {
    let flags = [("listen", options.listen), ("base_url", options.base_url)];
    let flags = flags.into_iter().filter_map(|(key, value)| Some((key, value?)));
    let config = Config::load(options.config.as_deref(), std::env::vars_os(), flags)?;
    match options.data_dir {
        Some(dir) if !options.print_config => {
            start_log(&config)?;
            serve::run(&dir, config).await
        }
        _ => say(config.shown().trim_end()),
    }
}

fn start_log(config: &Config) -> Result<(), Failure> {
    // A space would be taken for part of a name.
    let filter = config.log.replace(' ', "").parse::<Targets>();
    let filter =
        filter.map_err(|fault| Failure::Refused(format!("the configuration key log cannot be read: {fault}")))?;
    let log = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match config.log_format.as_str() {
        "json" => log.with(lines.json()).init(),
        _ => log.with(lines.with_ansi(false)).init(),
    }
    Ok(())
}

/// Longest value of a setting by standard input.
const VALUE_BYTES_MAX: u64 = 64 * 1024;

/// What is said of a secret in a command, which scripts may give so all the same.
const BY_INPUT: &str = "leave VALUE out, and give it by standard input with --value-stdin";

/// The value that a setting is to have: what stands in the command, else what comes by standard input.
fn setting_value(value: Option<String>, input: impl Read) -> Result<String, Failure> {
    match value {
        Some(value) => Ok(value),
        None => {
            let mut text = String::new();
            let read = input.take(VALUE_BYTES_MAX + 1).read_to_string(&mut text);
            read.map_err(|fault| Failure::File { path: "standard input".to_owned(), fault })?;
            if text.len() as u64 > VALUE_BYTES_MAX {
                return Err(Failure::Refused(format!("a value has at most {} KiB", VALUE_BYTES_MAX / 1024)));
            }
            let text = text.strip_suffix('\n').unwrap_or(&text);
            Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
        }
    }
}

/// The first line of standard input.
fn read_password() -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().take(4096).read_to_string(&mut text);
    read.map_err(|fault| Failure::File { path: "standard input".to_owned(), fault })?;
    Ok(text.lines().next().unwrap_or("").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_need_not_stand_in_commands() {
        let value = |value: Option<&str>, input: &'static str| {
            setting_value(value.map(str::to_owned), input.as_bytes()).map_err(|fault| fault.told())
        };
        assert_eq!(value(None, "kingfisher over slate\n").unwrap(), "kingfisher over slate");
        assert_eq!(value(Some("400"), "").unwrap(), "400");
        assert_eq!(value(None, "400\r\n").unwrap(), "400");
        assert_eq!(value(None, "10.0.0.1\n10.0.0.2").unwrap(), "10.0.0.1\n10.0.0.2");
        let long: &str = "x".repeat(VALUE_BYTES_MAX as usize + 1).leak();
        assert!(value(None, long).is_err() && value(None, &long[1..]).is_ok());
    }

    #[test]
    fn a_setting_has_its_value_from_one_place() {
        let set = |words: &[&str]| {
            let words = ["makoto", "setting", "set", "A.b"].iter().chain(words).chain(&["--data-dir", "d"]);
            Cli::try_parse_from(words).is_ok()
        };
        assert!(set(&["1"]) && set(&["--value-stdin"]));
        assert!(!set(&[]) && !set(&["1", "--value-stdin"]));
    }
}
