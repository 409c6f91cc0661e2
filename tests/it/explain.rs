//! `openbell explain` and the page of all codes: every code that a person can meet has an entry, and nothing else has.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Parser;
use openbell::cli::Cli;
use openbell::explain::{Entry, all, areas, find, nearest};
use regex::Regex;

use crate::support::command::{project, run};

/// The sources of a directory below `src`, without comments and without the catalogue itself.
fn sources(directory: &str) -> Vec<String> {
    fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("src/explain") {
                walk(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&project().join("src").join(directory), &mut found);
    let code = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    };
    found.iter().map(code).collect()
}

/// What the pattern's first group matches in the sources of a directory.
fn named(directory: &str, pattern: &str) -> BTreeSet<String> {
    let pattern = Regex::new(pattern).unwrap();
    let matches = |text: &String| -> Vec<String> {
        pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
    };
    sources(directory).iter().flat_map(matches).collect()
}

/// Every code that the source can tell a person: those of error enums, those written as texts, and those that are put
/// together of a kind of file and a problem.
fn in_the_source() -> BTreeSet<String> {
    let mut codes = named("", r"\bcode\(([a-z_]+::[a-z_0-9]+)\)");
    codes.extend(named("", r#""([a-z_]+::[a-z_0-9]+)""#));
    let of_a_file = named("document", r#"(?:kind\.code\(|of_file\(|wrong\(|\bcode: )"(\w+)""#);
    assert!(of_a_file.len() >= 12, "{of_a_file:?}");
    let kinds = Regex::new(r#"(?s): Kind = Kind \{\s*name: "(\w+)"(.*?)\n\};"#).unwrap();
    for source in sources("") {
        for kind in kinds.captures_iter(&source) {
            // Without a choice there is nothing of which there could be none or several.
            let told = |problem: &&String| *problem != "one_kind" || !kind[2].contains("choice: None");
            codes.extend(of_a_file.iter().filter(told).map(|problem| format!("{}::{problem}", &kind[1])));
            codes.insert(format!("{}::invalid", &kind[1]));
        }
    }
    let of_scripts = named("sim/script", r#"self\.problem\(\s*"(\w+)""#);
    assert!(of_scripts.len() >= 9, "{of_scripts:?}");
    codes.extend(of_scripts.iter().map(|problem| format!("script::{problem}")));
    codes
}

fn explained() -> BTreeSet<String> {
    all().map(|entry| entry.code.to_owned()).collect()
}

#[test]
fn every_code_of_the_source_is_explained() {
    let missing: Vec<_> = in_the_source().difference(&explained()).cloned().collect();
    assert!(missing.is_empty(), "without an entry in src/explain/areas: {missing:#?}");
}

#[test]
fn every_entry_is_of_a_code_that_is_used() {
    let used = in_the_source();
    let unused: Vec<_> = explained().into_iter().filter(|code| !used.contains(code)).collect();
    assert!(unused.is_empty(), "nothing tells these: {unused:#?}");
}

#[test]
fn every_code_is_explained_once() {
    assert_eq!(all().count(), explained().len());
}

/// What is wrong with a text that people read.
fn fault(text: &str) -> Option<&'static str> {
    if text.trim() != text || text.is_empty() {
        Some("empty, or blanks around it")
    } else if text.contains("  ") || text.contains('\n') {
        Some("not one paragraph")
    } else if text.matches('`').count() % 2 == 1 {
        Some("a backtick that is not closed")
    } else {
        None
    }
}

#[test]
fn every_entry_is_whole() {
    for entry in all() {
        let Entry { code, meaning, told_by, remedy, links } = entry;
        for text in [*meaning, *told_by] {
            assert_eq!(fault(text), None, "{code}: {text}");
            assert!(text.ends_with('.'), "{code}: {text}");
        }
        assert!(!remedy.is_empty(), "{code} has no remedy");
        for step in *remedy {
            assert_eq!(fault(step.say), None, "{code}: {}", step.say);
            assert!(step.say.ends_with(['.', ':']), "{code}: {}", step.say);
            assert!(
                step.run.is_none_or(|run| !run.is_empty() && run.trim() == run),
                "{code}: {:?}",
                step.run
            );
        }
        assert!(links.iter().all(|link| link.starts_with("https://")), "{code}: {links:?}");
    }
    for area in areas() {
        assert_eq!(fault(area.title).or(fault(area.about)), None, "{}", area.title);
        assert!(!area.entries.is_empty(), "{}", area.title);
    }
}

#[test]
fn what_an_entry_refers_to_exists() {
    let code = Regex::new(r"`([a-z_]+::[a-z_0-9]+)`").unwrap();
    for entry in all() {
        let texts =
            [entry.meaning, entry.told_by].into_iter().chain(entry.remedy.iter().map(|step| step.say));
        for text in texts {
            for found in code.captures_iter(text) {
                assert!(find(&found[1]).is_some(), "{} refers to {}", entry.code, &found[1]);
                assert_ne!(&found[1], entry.code, "{} refers to itself", entry.code);
            }
        }
    }
}

#[test]
fn the_commands_of_openbell_in_remedies_are_commands() {
    let mut looked_at = 0;
    for entry in all() {
        for run in entry.remedy.iter().filter_map(|step| step.run).filter(|run| run.starts_with("openbell "))
        {
            looked_at += 1;
            let parsed = Cli::try_parse_from(run.split(' '));
            assert!(parsed.is_ok(), "{}: {run}: {}", entry.code, parsed.err().unwrap());
        }
    }
    assert!(looked_at >= 10);
}

#[test]
fn the_page_is_current() {
    let printed = run(&["explain", "--markdown"]);
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    let file = std::fs::read_to_string(project().join("docs/diagnoses.md")).unwrap();
    let how = "docs/diagnoses.md is out of date: just diagnoses";
    assert!(file == printed.stdout, "{how}");
}

#[test]
fn every_link_within_the_page_leads_somewhere() {
    let page = run(&["explain", "--markdown"]).stdout;
    let of = |pattern: &str| -> Vec<String> {
        Regex::new(pattern).unwrap().captures_iter(&page).map(|found| found[1].to_owned()).collect()
    };
    let places = of(r#"<a id="([^"]+)"></a>"#);
    assert_eq!(places, of(r"(?m)^ *- \[[^]]+\]\(#([^)]+)\)$"), "contents and page have the same order");
    for link in of(r"\]\(#([^)]+)\)") {
        assert!(places.contains(&link), "{link}");
    }
    assert_eq!(places.iter().collect::<BTreeSet<_>>().len(), places.len());
    assert_eq!(places.len(), all().count() + areas().len());
}

#[test]
fn a_known_code_is_explained_on_stdout() {
    let ended = run(&["explain", "broker::mute"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    insta::assert_snapshot!("explain_broker_mute", ended.stdout);
}

#[test]
fn several_codes_are_explained_in_the_order_asked_for() {
    let ended = run(&["explain", "gateway::wedged", "docker::unreachable"]);
    assert_eq!(ended.code, 0);
    let (first, second) =
        (ended.stdout.find("gateway::wedged\n\n"), ended.stdout.find("\n\ndocker::unreachable\n\n"));
    assert!(first.unwrap() < second.unwrap(), "{}", ended.stdout);
}

#[test]
fn commands_and_links_are_never_broken_over_lines() {
    for entry in all() {
        let text = openbell::explain::text(entry).to_string();
        for whole in entry.remedy.iter().filter_map(|step| step.run).chain(entry.links.iter().copied()) {
            assert!(text.lines().any(|line| line.trim() == whole), "{}: {whole}", entry.code);
        }
    }
}

#[test]
fn a_typo_is_2_and_what_was_meant_is_named() {
    let told = |code: &str| {
        let ended = run(&["explain", code]);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{code}");
        ended.stderr
    };
    let near = told("broker::refusd");
    assert_eq!(near, "no code `broker::refusd`; did you mean `broker::refused`?\n");
    assert!(told("refused").contains("`broker::refused` or "), "a name without its area");
    assert_eq!(told("zzz"), "no code `zzz`; `openbell explain --list` shows all\n");
    assert!(told("Broker::Mute").contains("did you mean `broker::mute`?"));
    assert!(told("half-open").contains("did you mean `broker::half_open`?"));
    assert_eq!(nearest("gateway::wegded"), ["gateway::wedged"]);
}

#[test]
fn known_codes_beside_a_typo_are_explained_all_the_same() {
    let ended = run(&["explain", "broker::mute", "broker::refusd"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stdout.starts_with("broker::mute\n"), "{}", ended.stdout);
    assert!(ended.stderr.contains("`broker::refused`"), "{}", ended.stderr);
}

#[test]
fn nothing_to_explain_is_2() {
    let wrong = [&["explain"][..], &["explain", "--json"], &["explain", "--list", "broker::mute"]];
    for arguments in wrong {
        let ended = run(arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{arguments:?}");
    }
}

#[test]
fn the_list_has_a_line_for_each_code() {
    let ended = run(&["explain", "--list"]);
    assert_eq!(ended.code, 0);
    let codes: Vec<_> = ended.stdout.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(codes, all().map(|entry| entry.code).collect::<Vec<_>>());
}

#[test]
fn json_is_the_entry() {
    let read = |arguments: &[&str]| -> serde_json::Value {
        let ended = run(arguments);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        serde_json::from_str(&ended.stdout).unwrap()
    };
    let one = read(&["explain", "broker::refused", "--json"]);
    assert_eq!(one["code"], "broker::refused");
    assert_eq!(one["meaning"], find("broker::refused").unwrap().meaning);
    assert_eq!(one["remedy"][0]["run"], "docker ps -a --filter name=GATEWAY");
    let two = read(&["explain", "--json", "broker::refused", "net::refused"]);
    assert_eq!(two.as_array().unwrap().len(), 2);
    assert_eq!(read(&["explain", "--json", "--list"]).as_array().unwrap().len(), all().count());
}
