//! How soon a playbook is read: short ones, long ones, and one that is made to be blown up.

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use openbell::document::Places;
use tokio::process::Command;

use crate::figure::{Figure, Target, megabytes, span};
use crate::process::succeeds;
use crate::shipped::OPENBELL;
use crate::spread::Spread;

const RUNS: usize = 15;
/// What a file that is made to be blown up may cost.
const BLOWN_UP: (Duration, u64) = (Duration::from_millis(200), 50_000_000);
/// The text whose places are looked up.
const INDEXED: usize = 103_000;

pub(crate) async fn measure() -> [Figure; 4] {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let place = directory.path();
    [
        validated("`openbell validate`, 1,000 steps", 1_000, Duration::from_millis(20), place).await,
        validated("`openbell validate`, 10,000 steps", 10_000, Duration::from_millis(150), place).await,
        indexed(),
        laughs(place).await,
    ]
}

/// A valid playbook of so many steps.
fn steps(count: usize) -> String {
    let mut text =
        "version: 1\nname: long\nconnection: { address: \"127.0.0.1:9\", client_id: [101] }\nsteps:\n"
            .to_owned();
    for step in 0..count {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "  - id: step-{step} # the {step}th\n    within: 90s\n    do: {{ ready: {{ stage: session }} }}"
        );
    }
    text
}

async fn validated(name: &'static str, count: usize, limit: Duration, directory: &Path) -> Figure {
    let file = directory.join("long.yaml");
    std::fs::write(&file, steps(count)).expect("the temporary directory takes a file");
    let mut times = Vec::new();
    for _ in 0..RUNS {
        times.push(succeeds(Command::new(&*OPENBELL).arg("validate").arg(&file)).await.0);
    }
    let spread = Spread::of(times);
    Figure {
        name,
        measured: spread.median_and_max(),
        target: Target::median(&spread, limit),
        how: format!("wall clock from spawn to exit; {RUNS} runs"),
    }
}

fn indexed() -> Figure {
    let mut text = steps(2_000);
    text.truncate(INDEXED);
    let whole = text.rfind("\n  - id").expect("there are steps");
    text.truncate(whole);
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let began = Instant::now();
        let places = Places::read(&text).expect("the text is YAML");
        times.push(began.elapsed());
        assert!(places.value_at("/steps/100/id").is_some());
    }
    let spread = Spread::of(times);
    Figure {
        name: "103 KB of YAML indexed for places",
        measured: spread.median_and_max(),
        target: Target::median(&spread, Duration::from_millis(10)),
        how: format!("the place of every key and value of a text of {} bytes; {RUNS} runs", text.len()),
    }
}

/// Nine levels of nine aliases each: a thousand million words.
fn billion() -> String {
    let mut text = "a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n".to_owned();
    for (from, to) in ('a'..='h').zip('b'..='i') {
        let aliases = vec![format!("*{from}"); 9].join(", ");
        let _ = writeln!(text, "{to}: &{to} [{aliases}]");
    }
    text
}

/// Time and memory of refusing it. Only the parent of a process learns what it needed at most, once it has ended:
/// Python has words for that.
async fn laughs(directory: &Path) -> Figure {
    const NAME: &str = "a billion laughs refused";
    const ASK: &str = "import resource, subprocess, sys, time
began = time.monotonic()
code = subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL).returncode
print(code, time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let file = directory.join("laughs.yaml");
    std::fs::write(&file, billion()).expect("the temporary directory takes a file");
    let asked =
        Command::new("python3").args(["-c", ASK]).arg(&*OPENBELL).arg("validate").arg(&file).output().await;
    let Ok(output) = asked else {
        return Figure::not_measured(NAME, "not measured: there is no python3".to_owned());
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words = text.split_whitespace();
    assert_eq!(words.next(), Some("3"), "it is refused: {text}");
    let seconds: f64 = words.next().and_then(|word| word.parse().ok()).expect("the time is told");
    let kibibytes: u64 = words.next().and_then(|word| word.parse().ok()).expect("the memory is told");
    let (took, bytes) = (Duration::from_secs_f64(seconds), kibibytes * 1024);
    let (limit, most) = BLOWN_UP;
    Figure {
        name: NAME,
        measured: format!("{} within {}", span(took), megabytes(bytes)),
        target: Target::Limit {
            written: format!("≤ {} within {}", "200 ms", "50 MB"),
            reached: took <= limit && bytes <= most,
        },
        how: "nine levels of nine aliases; wall clock and the most resident memory of `validate`".to_owned(),
    }
}
