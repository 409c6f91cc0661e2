//! Messages on their way: services that misbehave, queues that outlive a crash, and a dead man's switch.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use openbell::adapters::files::Disk;
use openbell::adapters::http::Reqwest;
use openbell::diagnosis::Diagnosis;
use openbell::event::{Entry, EntryKind, Loss};
use openbell::notify::{About, Config, Notifier};
use openbell::redact::Redactor;
use serde_json::Value;

use crate::support::command::run;
use crate::support::hook::{Does, Hook, Request, takes};
use crate::support::plan::plan;

const BEGIN: &str = "2026-11-18T19:00:00Z";

/// So many seconds after the beginning.
fn at(seconds: i64) -> Timestamp {
    BEGIN.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

/// A notifier and its directory. Addresses are kept in files of it.
struct Desk {
    directory: tempfile::TempDir,
    config: Config,
    notifier: Notifier,
    http: Reqwest,
}

impl Desk {
    /// Channels with their kind, address and options, and the rest of the section.
    fn new(channels: &[(&str, &str, String, &str)], rest: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut text = String::from(
            "version: 1\nname: paper\nconnection: { address: \"127.0.0.1:4002\", client_id: [1] }\nnotify:\n  channels:\n",
        );
        for (name, kind, url, options) in channels {
            let file = directory.path().join(name);
            std::fs::write(&file, url).unwrap();
            let file = serde_json::json!(file);
            writeln!(text, "    {name}: {{ kind: {kind}, url: {{ file: {file} }}{options} }}").unwrap();
        }
        if channels.is_empty() {
            text = text.replace("channels:\n", "channels: {}\n");
        }
        writeln!(text, "{rest}\nsteps: [ {{ id: engine, do: {{ engine: {{}} }} }} ]").unwrap();
        let config = plan(&text).notify.unwrap();
        let notifier = notifier(&config, directory.path());
        Self { directory, config, notifier, http: Reqwest::default() }
    }

    /// One webhook.
    fn hook(hook: &Hook) -> Self {
        Self::new(&[("desk", "webhook", format!("{}/hook", hook.url), "")], "")
    }

    fn entry(&self, seconds: i64, kind: EntryKind) {
        let entry = Entry { at: at(seconds).to_string(), playbook: "paper".into(), kind };
        self.notifier.entry(&entry, at(seconds));
    }

    async fn deliver(&self, seconds: i64) -> Vec<Diagnosis> {
        self.notifier.deliver_due(&self.http, at(seconds)).await
    }

    async fn codes(&self, seconds: i64) -> Vec<String> {
        self.deliver(seconds).await.into_iter().map(|why| why.code).collect()
    }

    /// openbell ends, however, and is started again.
    fn again(self) -> Self {
        let Self { directory, config, notifier: old, http } = self;
        drop(old);
        let notifier = notifier(&config, directory.path());
        Self { directory, config, notifier, http }
    }

    fn file(&self) -> std::path::PathBuf {
        self.directory.path().join("state/notify-paper.json")
    }
}

fn notifier(config: &Config, directory: &Path) -> Notifier {
    let about = About { playbook: "paper".into(), host: "desk-1".into() };
    let files = Arc::new(Disk::new("openbell".into(), |_| None));
    Notifier::new(config.clone(), about, Redactor::default(), files, &directory.join("state"), at(0))
}

fn why(message: &str) -> Diagnosis {
    Diagnosis {
        code: "broker::dropped".into(),
        rung: None,
        message: message.into(),
        help: Some("look at the gateway's log".into()),
        causes: Vec::new(),
        evidence: Vec::new(),
    }
}

/// What becomes a message at once; another text is another thing.
fn not_safe(message: &str) -> EntryKind {
    EntryKind::Unsafe { why: why(message), stopped: Vec::new() }
}

/// Whether the next attempt is due so many seconds after the beginning, and not before.
fn is_due(desk: &Desk, seconds: std::ops::RangeInclusive<i64>) {
    let mut due = desk.notifier.next_due().unwrap();
    // What the fold itself waits for is no attempt.
    while due < at(*seconds.start()) {
        desk.notifier.tick(due);
        let next = desk.notifier.next_due().unwrap();
        assert!(next > due, "still due at {due}");
        due = next;
    }
    assert!(due >= at(*seconds.start()) && due <= at(*seconds.end()), "{due}");
}

fn titles(requests: &[Request]) -> Vec<String> {
    let title =
        |request: &Request| request.json()["title"].as_str().unwrap().replace("paper is NOT SAFE: ", "");
    requests.iter().map(title).collect()
}

/// What differs from run to run.
fn stable(mut body: Value) -> Value {
    if let Some(id) = body.get_mut("id") {
        *id = "ID".into();
    }
    body
}

#[tokio::test]
async fn each_service_gets_its_own_form() {
    let mut hooks = Vec::new();
    for _ in 0..4 {
        hooks.push(Hook::new(vec![takes()]).await);
    }
    let url = |place: usize, path: &str| format!("{}{path}", hooks[place].url);
    let desk = Desk::new(
        &[
            ("discord", "discord", url(0, "/api/webhooks/1/word"), ", mention: \"<@&77>\""),
            ("slack", "slack", url(1, "/services/word"), ", mention: \"<!here>\""),
            ("ntfy", "ntfy", url(2, "/alerts"), ", token: { env: HOME }"),
            ("own", "webhook", url(3, "/hook?x=1"), ""),
        ],
        "",
    );
    // A token that cannot be read keeps the messages of that channel, and of no other.
    desk.entry(0, not_safe("DRY_RUN of bot is false"));
    let told = desk.deliver(0).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((told[0].code.as_str(), desk.notifier.undelivered()), ("secret::env", 1));
    let mut bodies = Vec::new();
    for place in [0, 1, 3] {
        let request = hooks[place].next().await;
        assert!(
            request.headers.to_lowercase().contains("content-type: application/json"),
            "{}",
            request.headers
        );
        assert!(request.headers.contains("openbell/"), "{}", request.headers);
        bodies.push(format!("{}\n{:#}", request.line, stable(request.json())));
    }
    assert!(hooks[2].so_far().is_empty());
    insta::assert_snapshot!("notify_forms", bodies.join("\n\n"));
}

#[tokio::test]
async fn a_token_goes_into_the_header_that_is_declared_and_ntfy_is_given_its_topic() {
    let (mut ntfy, mut own) = (Hook::new(vec![takes()]).await, Hook::new(vec![takes()]).await);
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("token"), "canary-token\n").unwrap();
    let token = serde_json::json!(directory.path().join("token"));
    let desk = Desk::new(
        &[
            ("ntfy", "ntfy", format!("{}/alerts", ntfy.url), &format!(", token: {{ file: {token} }}")),
            ("own", "webhook", own.url.clone(), &format!(", token: {{ file: {token} }}, header: X-Token")),
        ],
        "",
    );
    desk.entry(0, not_safe("DRY_RUN of bot is false"));
    assert_eq!(desk.codes(0).await, [""; 0]);
    let (asked, headers) = (ntfy.next().await, own.next().await.headers.to_lowercase());
    assert!(asked.headers.to_lowercase().contains("authorization: bearer canary-token"), "{}", asked.headers);
    assert!(headers.contains("x-token: canary-token") && !headers.contains("authorization"), "{headers}");
    assert_eq!(asked.line, "POST / HTTP/1.1");
    insta::assert_snapshot!("notify_ntfy", format!("{:#}", asked.json()));
}

#[tokio::test]
async fn a_webhook_is_sent_what_the_published_schema_says() {
    let mut hook = Hook::new(vec![takes()]).await;
    let desk = Desk::hook(&hook);
    desk.entry(0, not_safe("DRY_RUN of bot is false"));
    desk.entry(60, EntryKind::Operational);
    desk.deliver(60).await;
    let schema: Value = serde_json::from_str(&run(&["schema", "notification"]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let requests = hook.so_far();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert!(validator.is_valid(&request.json()), "{}", request.body);
    }
}

#[tokio::test]
async fn only_what_is_grave_enough_goes_to_a_channel_and_so_does_its_end() {
    let mut hook = Hook::new(vec![takes()]).await;
    let desk = Desk::new(
        &[("phone", "webhook", hook.url.clone(), ", least: critical")],
        "  reminder: {}\n  digest: {}",
    );
    desk.entry(0, EntryKind::Halted { why: why("down") });
    desk.entry(10, EntryKind::Operational);
    desk.entry(20, not_safe("one"));
    desk.entry(30, EntryKind::Operational);
    desk.notifier.tick(at(5 * 24 * 3600));
    desk.deliver(40).await;
    let kinds: Vec<_> =
        hook.so_far().iter().map(|one| one.json()["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["unsafe", "recovered"]);
}

#[tokio::test]
async fn hostile_text_calls_nobody_and_fits() {
    let mut hooks = Vec::new();
    for _ in 0..3 {
        hooks.push(Hook::new(vec![takes()]).await);
    }
    let url = |place: usize| format!("{}/topic", hooks[place].url);
    let desk =
        Desk::new(&[("d", "discord", url(0), ""), ("s", "slack", url(1), ""), ("n", "ntfy", url(2), "")], "");
    let hostile =
        "@everyone <@1> <!channel> **bold** [click](http://evil.example) ||x|| \u{202e}\u{7}\u{1b}[31m # \\";
    let long = "@here 🦀`*_~|".repeat(10_000);
    let diagnosis = Diagnosis {
        message: format!("{hostile}{long}"),
        help: Some(long.clone()),
        causes: vec![hostile.into(), long.clone()],
        evidence: vec![hostile.into(); 2000],
        ..why("")
    };
    assert!(serde_json::to_string(&diagnosis).unwrap().len() > 100_000);
    desk.entry(0, EntryKind::Unsafe { why: diagnosis, stopped: Vec::new() });
    assert!(std::fs::metadata(desk.file()).unwrap().len() < 100_000, "what is kept is bounded");
    assert_eq!(desk.codes(0).await, [""; 0]);
    let discord = hooks[0].next().await.json();
    assert_eq!(discord["allowed_mentions"], serde_json::json!({ "parse": [] }));
    assert!(discord.get("content").is_none());
    let embed = &discord["embeds"][0];
    let length = |value: &Value| value.as_str().unwrap().encode_utf16().count();
    let fields = embed["fields"].as_array().unwrap();
    let sizes = [length(&embed["title"]), length(&embed["description"]), length(&embed["footer"]["text"])];
    assert!(sizes[0] <= 256 && sizes[1] <= 4096 && sizes[2] <= 2048 && fields.len() <= 25, "{sizes:?}");
    let of_fields: usize = fields.iter().map(|field| length(&field["name"]) + length(&field["value"])).sum();
    assert!(sizes.iter().sum::<usize>() + of_fields <= 6000);
    let description = embed["description"].as_str().unwrap();
    assert!(
        description.starts_with("\\@everyone \\<\\@1> \\<!channel> \\*\\*bold\\*\\* \\[click\\]\\("),
        "{description}"
    );
    let slack = hooks[1].next().await.json();
    let text = slack["text"].as_str().unwrap();
    assert!(!text.contains('<') && text.contains("&lt;!channel&gt;") && text.len() < 40_000, "{text}");
    assert!(!text.contains("@everyone"), "{text}");
    let ntfy = hooks[2].next().await.json();
    assert!(ntfy["message"].as_str().unwrap().len() <= 4096);
    for text in [description, text, ntfy["message"].as_str().unwrap(), ntfy["title"].as_str().unwrap()] {
        let odd = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(odd, None, "{text}");
    }
}

#[tokio::test]
async fn a_service_that_asks_for_patience_gets_it() {
    let date = "Retry-After: Wed, 18 Nov 2026 19:02:00 GMT\r\n";
    let cases = [
        (429, "Retry-After: 77\r\n", "", 77..=87),
        (429, date, "", 110..=130),
        (429, "", "{ \"message\": \"slow\", \"retry_after\": 33.5, \"global\": false }", 33..=44),
        (429, "Retry-After: 99999999999\r\n", "", 3600..=3610),
        (429, "Retry-After: soon\r\n", "not json", 5..=15),
        (503, "Retry-After: 77\r\n", "", 77..=87),
        (500, "", "", 5..=15),
    ];
    for (status, headers, body, expected) in cases {
        let mut hook = Hook::new(vec![Does::Answers(status, headers, body.into()), takes()]).await;
        let desk = Desk::hook(&hook);
        desk.entry(0, not_safe("one"));
        assert_eq!(desk.codes(0).await, ["notify::busy"], "{status} {headers}");
        is_due(&desk, expected.clone());
        assert_eq!(desk.codes(expected.start() - 1).await, [""; 0]);
        assert_eq!(hook.so_far().len(), 1, "not before it is due");
        assert_eq!(desk.codes(*expected.end()).await, [""; 0]);
        assert_eq!((hook.so_far().len(), desk.notifier.undelivered()), (1, 0));
    }
}

#[tokio::test]
async fn what_fails_is_tried_again_later_each_time_told_once_and_in_order() {
    let gone = Hook::new(vec![Does::Closes]).await;
    let desk = Desk::hook(&gone);
    desk.entry(0, not_safe("one"));
    desk.entry(1, not_safe("two"));
    assert_eq!(desk.codes(2).await, ["notify::unreachable"]);
    let mut pauses = Vec::new();
    let mut now = 2;
    // That the outage lasts is nothing to wait for any more.
    desk.notifier.tick(at(700));
    for _ in 0..9 {
        let due = desk.notifier.next_due().unwrap().as_second() - at(0).as_second();
        pauses.push(due - now);
        now = due + 1;
        assert_eq!(desk.codes(now).await, [""; 0], "it is told once");
    }
    assert!(pauses.windows(2).all(|pair| pair[0] <= pair[1] + 1), "{pauses:?}");
    assert!(pauses[0] <= 6 && (595..=605).contains(pauses.last().unwrap()), "{pauses:?}");
    let mut hook = Hook::new(vec![takes()]).await;
    std::fs::write(desk.directory.path().join("desk"), &hook.url).unwrap();
    assert_eq!(desk.codes(now + 700).await, [""; 0]);
    let requests = hook.so_far();
    assert_eq!(titles(&requests), ["one", "two"], "another address, and the same order");
    assert!(
        requests[0].json()["text"]
            .as_str()
            .unwrap()
            .starts_with("Late: this was to be told 2026-11-18T19:00:00Z.\n")
    );
    assert_eq!(desk.notifier.undelivered(), 0);
    std::fs::write(desk.directory.path().join("desk"), &gone.url).unwrap();
    desk.entry(now + 701, not_safe("three"));
    assert_eq!(desk.codes(now + 701).await, ["notify::unreachable"], "it worked in between: that is news");
}

#[tokio::test]
async fn a_port_nobody_listens_on_is_unreachable() {
    let url = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/canary-url-path", listener.local_addr().unwrap())
    };
    let desk = Desk::new(&[("desk", "webhook", url, "")], "");
    desk.entry(0, not_safe("one"));
    let told = desk.deliver(0).await;
    assert_eq!(told[0].code, "notify::unreachable");
    assert!(!serde_json::to_string(&told).unwrap().contains("canary"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_never_answers_is_not_waited_for() {
    let hook = Hook::new(vec![Does::Hangs]).await;
    let desk = Desk::hook(&hook);
    desk.entry(0, not_safe("one"));
    let told = desk.deliver(0).await;
    assert_eq!(told[0].code, "notify::unreachable");
    assert!(told[0].causes[0].contains("no answer within 10s"), "{told:?}");
    is_due(&desk, 15..=15);
}

#[tokio::test]
async fn what_is_refused_is_dropped_and_told_and_the_next_one_goes() {
    let body = format!("no /canary-url-path-of-desk {}", "x".repeat(5_000_000));
    let mut hook = Hook::new(vec![Does::Answers(400, "", body), takes()]).await;
    let desk = Desk::new(&[("desk", "webhook", format!("{}/canary-url-path-of-desk", hook.url), "")], "");
    desk.entry(0, not_safe("one"));
    desk.entry(1, not_safe("two"));
    let told = desk.deliver(2).await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].code, "notify::refused");
    let words = serde_json::to_string(&told).unwrap();
    assert!(words.len() < 1000 && words.contains("status 400") && !words.contains("canary"), "{words}");
    assert_eq!(titles(&hook.so_far()), ["one", "two"]);
    assert_eq!(desk.notifier.undelivered(), 0);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let mut elsewhere = Hook::new(vec![takes()]).await;
    let location: &'static str =
        Box::leak(format!("Location: {}/stolen\r\n", elsewhere.url).into_boxed_str());
    let hook = Hook::new(vec![Does::Answers(307, location, String::new())]).await;
    let desk = Desk::hook(&hook);
    desk.entry(0, not_safe("one"));
    assert_eq!(desk.codes(0).await, ["notify::redirected"]);
    assert!(elsewhere.so_far().is_empty());
}

#[tokio::test]
async fn a_channel_that_hangs_holds_no_other_and_nothing_is_sent_twice() {
    let (mut slow, mut quick) = (Hook::new(vec![Does::Hangs, takes()]).await, Hook::new(vec![takes()]).await);
    let channels = [("a", "webhook", slow.url.clone(), ""), ("b", "webhook", quick.url.clone(), "")];
    let desk = Desk::new(&channels, "");
    desk.entry(0, not_safe("one"));
    let first = desk.deliver(0);
    tokio::pin!(first);
    // Both were asked, and the quick one has answered: only the slow one is still under way.
    while desk.notifier.undelivered() > 1 {
        tokio::select! {
            biased;
            _ = &mut first => panic!("the slow one has not answered"),
            () = tokio::task::yield_now() => {}
        }
    }
    assert_eq!(
        (titles(&[slow.next().await]), titles(&[quick.next().await])),
        (vec!["one".into()], vec!["one".into()])
    );
    assert_eq!(desk.notifier.next_due().filter(|due| *due <= at(0)), None, "what is under way is not due");
    // Another message, while the slow channel is asked.
    desk.entry(1, not_safe("two"));
    assert_eq!(desk.codes(1).await, [""; 0]);
    assert_eq!(titles(&[quick.next().await]), ["two"]);
    assert_eq!(desk.notifier.undelivered(), 2, "the slow one waits with both");
}

#[tokio::test]
async fn a_delivery_that_is_dropped_midway_loses_nothing() {
    let mut hook = Hook::new(vec![Does::Hangs, takes()]).await;
    let desk = Desk::hook(&hook);
    desk.entry(0, not_safe("one"));
    tokio::select! {
        _ = desk.deliver(0) => panic!("nobody answers"),
        _ = hook.next() => {}
    }
    assert_eq!(desk.codes(1).await, [""; 0]);
    assert_eq!((titles(&hook.so_far()), desk.notifier.undelivered()), (vec!["one".to_owned()], 0));
}

#[tokio::test]
async fn what_was_not_delivered_outlives_a_crash() {
    let mut hook = Hook::new(vec![takes()]).await;
    let desk = Desk::hook(&hook);
    desk.entry(0, not_safe("one"));
    desk.entry(1, not_safe("two"));
    // What a crash in the middle of writing leaves.
    let left = desk.directory.path().join("state/.notify-paper.json.abc");
    std::fs::write(&left, "{ \"half").unwrap();
    let desk = desk.again();
    assert!(!left.exists());
    assert_eq!(desk.notifier.undelivered(), 2);
    assert_eq!(desk.codes(2).await, [""; 0]);
    assert_eq!(titles(&hook.so_far()), ["one", "two"]);
    let desk = desk.again();
    assert_eq!(desk.notifier.undelivered(), 0, "what arrived is not sent again");
    desk.entry(3, EntryKind::Operational);
    desk.deliver(3).await;
    assert_eq!(hook.next().await.json()["kind"], "recovered", "what was told is remembered");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(desk.file()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a_torn_file_is_put_aside_and_told() {
    let mut hook = Hook::new(vec![takes()]).await;
    let mut desk = Desk::hook(&hook);
    desk.entry(0, not_safe("one"));
    let whole = std::fs::read(desk.file()).unwrap();
    for torn in [&whole[..whole.len() / 2], b"", b"[]", b"{\"version\":9}"] {
        std::fs::write(desk.file(), torn).unwrap();
        desk = desk.again();
        assert_eq!(desk.notifier.undelivered(), 0);
        assert_eq!(desk.codes(1).await, ["notify::unreadable"]);
        assert_eq!(std::fs::read(desk.file().with_extension("json.broken")).unwrap(), torn);
    }
    desk.entry(2, not_safe("two"));
    assert_eq!(desk.codes(2).await, [""; 0]);
    assert_eq!(titles(&hook.so_far()), ["two"]);
}

#[tokio::test]
async fn a_disk_that_takes_nothing_keeps_no_message_from_being_sent() {
    let mut hook = Hook::new(vec![takes()]).await;
    let mut desk = Desk::hook(&hook);
    std::fs::write(desk.directory.path().join("taken"), "a file").unwrap();
    desk.notifier = notifier(&desk.config, &desk.directory.path().join("taken"));
    desk.entry(0, not_safe("one"));
    assert_eq!(desk.codes(0).await, ["notify::not_kept"]);
    desk.entry(1, not_safe("two"));
    assert_eq!(desk.codes(1).await, [""; 0], "it is told once");
    assert_eq!(titles(&hook.so_far()), ["one", "two"]);
}

#[tokio::test]
async fn queues_are_bounded_in_number_and_age() {
    let mut hook = Hook::new(vec![takes()]).await;
    let desk = Desk::hook(&hook);
    for number in 0..105 {
        desk.entry(number, not_safe(&format!("{number}")));
    }
    assert_eq!(desk.notifier.undelivered(), 100);
    let told = desk.deliver(200).await;
    assert_eq!(told.len(), 5);
    assert!(told.iter().all(|why| why.code == "notify::given_up"));
    assert_eq!(desk.notifier.undelivered(), 90, "ten at a time");
    assert_eq!(titles(&hook.so_far())[0], "5", "the oldest go first");
    let told = desk.deliver(3 * 24 * 3600).await;
    assert!(told[0].message.starts_with("90 messages"), "{told:?}");
    assert_eq!((told.len(), hook.so_far().len(), desk.notifier.undelivered()), (1, 0, 0));
    desk.entry(3 * 24 * 3600, not_safe("last"));
    let Desk { directory, mut config, .. } = desk;
    config.channels[0].name = "renamed".into();
    let renamed = notifier(&config, directory.path());
    let told = renamed.deliver_due(&Reqwest::default(), at(0)).await;
    assert_eq!(told[0].code, "notify::given_up", "a channel that is declared no more");
}

#[tokio::test]
async fn a_secret_that_is_no_address_is_told_without_it() {
    let desk = Desk::new(
        &[("desk", "ntfy", "canary-url".into(), ""), ("own", "ntfy", "http://127.0.0.1:1".into(), "")],
        "",
    );
    desk.entry(0, not_safe("one"));
    let told = desk.deliver(0).await;
    assert_eq!(told.iter().map(|why| why.code.as_str()).collect::<Vec<_>>(), ["notify::bad_address"; 2]);
    assert!(!serde_json::to_string(&told).unwrap().contains("canary"), "{told:?}");
    std::fs::remove_file(desk.directory.path().join("desk")).unwrap();
    let desk = desk.again();
    let codes = desk.codes(1000).await;
    assert!(codes.contains(&"files::secret".to_owned()) || codes.is_empty(), "{codes:?}");
    assert_eq!(desk.notifier.undelivered(), 2, "kept until it is right");
}

#[tokio::test]
async fn the_dead_mans_switch_is_asked_on_green_alone_at_its_period() {
    let mut hook = Hook::new(vec![takes(), takes(), Does::Answers(500, "", String::new())]).await;
    let desk = Desk::new(&[], &format!("  ping: {{ url: \"{}/ping\", every: 60s }}", hook.url));
    assert_eq!(desk.notifier.next_due(), None);
    assert_eq!(desk.codes(0).await, [""; 0]);
    assert!(hook.so_far().is_empty(), "nothing is green yet");
    desk.entry(1, EntryKind::Operational);
    desk.deliver(1).await;
    assert_eq!(hook.next().await.line, "GET /ping HTTP/1.1");
    assert_eq!(desk.notifier.next_due(), Some(at(61)));
    desk.deliver(60).await;
    assert!(hook.so_far().is_empty());
    desk.deliver(61).await;
    assert_eq!(hook.so_far().len(), 1);
    let lost = EntryKind::Lost { what: Loss::Bot, why: why("the bot is gone"), maintenance: None };
    desk.entry(100, lost);
    desk.deliver(130).await;
    desk.deliver(300).await;
    assert!(hook.so_far().is_empty(), "never while something is lost");
    desk.entry(310, EntryKind::Recovered { after_ms: 1, by: None });
    assert_eq!(desk.codes(310).await, ["notify::busy"], "at once again");
    assert_eq!(desk.codes(370).await, [""; 0], "told once");
    assert_eq!(hook.so_far().len(), 2);
}
