//! Completions that complete, and manual pages that a formatter takes.

use std::process::Command;

use crate::support::command::{binary, run};

/// What bash offers for a line that is being typed.
fn offered(line: &[&str]) -> Vec<String> {
    let words: Vec<String> = line.iter().map(|word| format!("'{word}'")).collect();
    let [.., before, last] = line else { panic!("at least two words") };
    let script = format!(
        "source <('{}' completions bash)\nCOMP_WORDS=({})\nCOMP_CWORD={}\n_openbell openbell '{last}' '{before}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
        binary(),
        words.join(" "),
        line.len() - 1,
    );
    let ran = Command::new("bash").args(["--norc", "-c", &script]).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
#[cfg(unix)]
fn bash_completes_commands_options_and_values() {
    assert_eq!(offered(&["openbell", "ru"]), ["run"]);
    assert_eq!(offered(&["openbell", "validate", "--for"]), ["--format"]);
    assert_eq!(offered(&["openbell", "validate", "--format", "sa"]), ["sarif"]);
    assert_eq!(offered(&["openbell", "completions", "po"]), ["powershell"]);
    assert!(offered(&["openbell", "sim", ""]).contains(&"gateway".to_owned()));
}

#[test]
fn every_shell_has_a_script_that_knows_every_command() {
    let help = run(&["--help"]).stdout;
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            line.strip_prefix("  ")?.split_whitespace().next().filter(|_| !line.starts_with("   "))
        })
        .collect();
    assert!(commands.len() > 15, "{commands:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(&["completions", shell]);
        assert_eq!(script.code, 0);
        for command in &commands {
            assert!(script.stdout.contains(command), "{shell} does not know {command}");
        }
    }
    let other = run(&["completions", "tcsh"]);
    assert_eq!(other.code, 2);
    assert!(other.stderr.contains("possible values"), "{}", other.stderr);
}

#[test]
fn the_shells_that_are_there_find_no_fault_with_their_script() {
    for (shell, arguments) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("script");
        std::fs::write(&file, run(&["completions", shell]).stdout).unwrap();
        // Of the three only bash is on every machine.
        if let Ok(ran) = Command::new(shell).arg(arguments).arg(&file).output() {
            assert!(ran.status.success(), "{shell}: {}", String::from_utf8_lossy(&ran.stderr));
        }
    }
}

#[test]
fn there_is_a_page_for_every_command_and_the_formatter_has_no_warning() {
    let directory = tempfile::tempdir().unwrap();
    let into = directory.path().join("man/man1");
    let ran = run(&["man", "--directory", into.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for page in ["openbell.1", "openbell-run.1", "openbell-validate.1", "openbell-sim-gateway.1"] {
        assert!(into.join(page).is_file(), "{page}");
    }
    assert_eq!(run(&["man"]).stdout, std::fs::read_to_string(into.join("openbell.1")).unwrap());
    for entry in std::fs::read_dir(&into).unwrap() {
        let page = entry.unwrap().path();
        let text = std::fs::read_to_string(&page).unwrap();
        let name = page.file_stem().unwrap().to_string_lossy().to_uppercase();
        assert!(text.contains(&format!(".TH {name} 1")), "{}", page.display());
        let Ok(ran) =
            Command::new("groff").args(["-Kutf8", "-man", "-Tutf8", "-ww", "-z"]).arg(&page).output()
        else {
            continue;
        };
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(ran.status.success() && said.is_empty(), "{}: {said}", page.display());
    }
}
