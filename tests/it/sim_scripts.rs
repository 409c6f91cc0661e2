//! Presets as people write them: combined, listed, and explained when they are wrong.

use clap::Parser;
use openbell::sim::cli::{SimArguments, StandIn};
use openbell::sim::gateway::Settings;
use openbell::sim::script::{PresetError, Script, ScriptSource, parse, presets};

fn script(presets: &str) -> Result<Script, PresetError> {
    presets.parse()
}

#[test]
fn every_preset_is_read_in_the_form_in_which_it_is_listed() {
    for preset in presets() {
        script(preset.form).unwrap_or_else(|error| panic!("{}: {error}", preset.form));
        assert!(!preset.does.is_empty() && preset.form.starts_with(preset.name));
    }
}

#[test]
fn presets_are_combined_in_the_order_they_are_written() {
    let made = script("closed:500ms, mute:6s,live,old:178,in-use:100+101,flood:3").unwrap();
    let text = r"
version: 1
phases: [{ lasts: 500ms, port: closed }, { lasts: 6s, clients: { door: mute } }]
gateway: { accounts: [U1234567], server_version: 178 }
rules: [{ client_ids: [100, 101], clients: { start: in_use } }]
clients: { flood: 3 }
";
    assert_eq!(made, parse("presets", text).unwrap());
}

#[test]
fn what_presets_stand_for_can_be_printed_and_read_again() {
    for preset in presets() {
        let source: ScriptSource = preset.form.parse().unwrap();
        let printed = source.to_yaml().unwrap();
        let read = parse("printed", &printed)
            .unwrap_or_else(|wrong| panic!("{printed}: {:?}", wrong.lines().collect::<Vec<_>>()));
        assert_eq!(read, source.load().unwrap(), "{printed}");
        let again = serde_json::to_string(&read).unwrap();
        assert_eq!(parse("whole", &again).unwrap(), read, "{again}");
    }
}

#[test]
fn a_wrong_preset_says_what_is_valid() {
    let said = |presets: &str| script(presets).unwrap_err().to_string();
    assert_eq!(
        said("mutte:6s"),
        "there is no preset `mutte`; did you mean `mute:20s`? `openbell sim gateway --list` shows all, and a file is \
         named with its ending, such as faults.yaml"
    );
    assert!(said("").starts_with("there is no preset ``; `openbell sim gateway --list` shows all"));
    assert!(said(&"x".repeat(10_000)).len() < 300);
    assert_eq!(said("mute"), "the preset `mute` lacks its argument; write it as `mute:20s`");
    assert_eq!(said("live:6s"), "the preset `live` takes no argument, but `6s` follows it");
    for time in ["6", "6d", "s", "-6s", "1.5s", "99999999999999999999s", "44000m"] {
        let text = said(&format!("mute:{time}"));
        assert!(text.contains("no length of time; valid are `500ms`"), "{text}");
    }
    assert!(said("in-use:a").contains("is no client id; valid is `100`, or several as `100+101`"));
    assert!(said("old:99").contains("whole numbers from 100 to 1000"));
    assert_eq!(
        said("not-accepted,in-use-all"),
        "`not-accepted` and `in-use-all` both decide clients.start, so they cannot be combined"
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
        StandIn::Gateway(arguments) => arguments.settings().unwrap(),
        StandIn::Bot(_) => panic!("not a gateway"),
    }
}

#[test]
fn an_option_given_beats_what_the_script_says() {
    let plain = settings(&[]);
    assert_eq!(plain.listen.to_string(), "0.0.0.0:4002");
    let traits = plain.script.gateway;
    assert_eq!((traits.server_version, traits.account_list().as_str()), (226, "DU1234567"));
    let given = settings(&["--script", "old:178,live", "--server-version", "200", "--accounts", "DF1,DU2"]);
    let traits = given.script.gateway;
    assert_eq!((traits.server_version, traits.account_list().as_str()), (200, "DF1,DU2"));
    let comma = settings(&["--accounts", "DF1,DU2,"]).script.gateway;
    assert_eq!(comma.account_list(), "DF1,DU2,");
    assert_eq!(settings(&["--control", "4080"]).control.unwrap().to_string(), "127.0.0.1:4080");
    for wrong in [
        ["--control", "somewhere"],
        ["--listen", "localhost:4002"],
        ["--accounts", ""],
        ["--accounts", "X Y"],
    ] {
        assert!(Line::try_parse_from(["sim", "gateway", wrong[0], wrong[1]]).is_err(), "{wrong:?}");
    }
    assert_eq!(settings(&["--listen", "4001"]).listen.to_string(), "0.0.0.0:4001");
    assert!(Line::try_parse_from(["sim", "gateway", "--server-version", "99"]).is_err());
    assert!(Line::try_parse_from(["sim", "gateway", "--script", "nonsense"]).is_err());
}
