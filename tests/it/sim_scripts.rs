//! Presets as people write them: combined, listed, and explained when they are wrong.

use std::time::Duration;

use clap::Parser;
use openbell::sim::cli::{SimArguments, StandIn};
use openbell::sim::gateway::Settings;
use openbell::sim::script::{Door, PRESETS, Pending, Phase, PresetError, Script};

fn script(presets: &str) -> Result<Script, PresetError> {
    presets.parse()
}

#[test]
fn every_preset_is_read_in_the_form_in_which_it_is_listed() {
    for preset in PRESETS {
        script(preset.form).unwrap_or_else(|error| panic!("{}: {error}", preset.form));
        assert!(!preset.does.is_empty() && preset.form.starts_with(preset.name));
    }
}

#[test]
fn presets_are_combined_in_the_order_they_are_written() {
    let made = script("closed:500ms, mute:6s,live,old:178").unwrap();
    assert_eq!(
        made.phases,
        [
            Phase::of(Door::Closed, Some(Duration::from_millis(500))),
            Phase::of(Door::Mute(Pending::Answered), Some(Duration::from_secs(6))),
            Phase::of(Door::Open, None),
        ]
    );
    let settings = Settings::scripted(made);
    assert_eq!(settings.accounts, ["U1234567"]);
    assert_eq!(settings.server_version, 178);
}

#[test]
fn a_wrong_preset_says_what_is_valid() {
    let said = |presets: &str| script(presets).unwrap_err().to_string();
    assert!(said("mutte:6s").starts_with("there is no preset `mutte`; valid are `ready`, `closed:5s`"));
    assert!(said("").contains("there is no preset ``"));
    assert_eq!(said("mute"), "the preset `mute` lacks its argument; write it as `mute:20s`");
    assert_eq!(said("live:6s"), "the preset `live` takes no argument, but `6s` follows it");
    for time in ["6", "6h", "s", "-6s", "1.5s", "99999999999999999999s", "11000m"] {
        let text = said(&format!("mute:{time}"));
        assert!(text.contains("no length of time; valid are `500ms`"), "{text}");
    }
    assert!(said("in-use:a").contains("is no client id; valid is `100`, or several as `100+101`"));
    assert!(said("old:99").contains("whole numbers from 100 on"));
    assert_eq!(
        said("in-use:1,in-use-all"),
        "`in-use` and `in-use-all` decide the same thing, so they cannot be combined"
    );
    assert_eq!(said("never,mute:6s"), "`never` never ends, so `mute` after it would never happen");
}

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    sim: SimArguments,
}

fn settings(line: &[&str]) -> Settings {
    let words = ["sim", "gateway"].iter().chain(line);
    match Line::try_parse_from(words).unwrap().sim.stand_in {
        StandIn::Gateway(arguments) => arguments.settings(),
        StandIn::Bot(_) => panic!("not a gateway"),
    }
}

#[test]
fn an_option_given_beats_what_the_script_says() {
    let plain = settings(&[]);
    assert_eq!(plain.listen.to_string(), "0.0.0.0:4002");
    assert_eq!((plain.server_version, plain.accounts), (226, vec!["DU1234567".to_owned()]));
    let given = settings(&["--script", "old:178,live", "--server-version", "200", "--accounts", "DF1,DU2"]);
    assert_eq!((given.server_version, given.accounts), (200, vec!["DF1".to_owned(), "DU2".to_owned()]));
    assert!(Line::try_parse_from(["sim", "gateway", "--server-version", "99"]).is_err());
    assert!(Line::try_parse_from(["sim", "gateway", "--script", "nonsense"]).is_err());
}
