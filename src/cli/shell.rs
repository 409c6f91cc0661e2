//! `completions` and `man`, which are written from the command line's own types.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::Shell as Generator;

use super::Cli;

/// `openbell completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The shells that can complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// `openbell completions bash > /etc/bash_completion.d/openbell`
    Bash,
    /// `openbell completions zsh > "${fpath[1]}/_openbell"`
    Zsh,
    /// `openbell completions fish > ~/.config/fish/completions/openbell.fish`
    Fish,
    /// `openbell completions powershell >> $PROFILE`
    #[value(name = "powershell")]
    PowerShell,
    /// `openbell completions elvish >> ~/.config/elvish/rc.elv`
    Elvish,
}

impl Shell {
    /// The script that teaches this shell the commands and options.
    pub fn script(self) -> Vec<u8> {
        let generator = match self {
            Self::Bash => Generator::Bash,
            Self::Zsh => Generator::Zsh,
            Self::Fish => Generator::Fish,
            Self::PowerShell => Generator::PowerShell,
            Self::Elvish => Generator::Elvish,
        };
        let mut script = Vec::new();
        clap_complete::generate(generator, &mut Cli::command(), "openbell", &mut script);
        script
    }
}

/// `openbell man`.
#[derive(Debug, Args)]
pub struct Man {
    /// Write one page for each command into this directory, which is made if need be. Default: openbell(1) on stdout.
    #[arg(long, value_name = "DIR")]
    pub directory: Option<PathBuf>,
}

impl Man {
    /// Every page: the name of its file, such as `openbell-run.1`, and its text. The first is that of the program.
    ///
    /// # Errors
    /// None that a page in memory could meet.
    pub fn pages() -> io::Result<Vec<(String, Vec<u8>)>> {
        let mut command = Cli::command().disable_help_subcommand(true);
        command.build();
        let mut pages = Vec::new();
        add(&command, "openbell", &mut pages)?;
        Ok(pages)
    }
}

/// The page of a command, and those of the commands below it.
fn add(command: &clap::Command, name: &str, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).title(name.to_uppercase()).render(&mut page)?;
    page.flush()?;
    pages.push((format!("{name}.1"), page));
    let below = command.get_subcommands().filter(|below| !below.is_hide_set());
    below.into_iter().try_for_each(|below| add(below, &format!("{name}-{}", below.get_name()), pages))
}
