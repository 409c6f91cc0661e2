//! The staged probe and the API client against the simulator, on real sockets.

use std::sync::Mutex;
use std::time::Duration;

use openbell::adapters::api_client::Ibapi;
use openbell::adapters::probe::{WireProbe, WireProbeWithin};
use openbell::diagnosis::Diagnosis;
use openbell::ports::broker::{Broker, BrokerError, Climb, Connect, Probe, ProbeAsk, Question, Rung, Seen};
use openbell::sim::gateway::{Settings, serve};
use openbell::sim::log::Log;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::support::stack::free_port;

/// A simulated gateway; its address, and what ends it.
async fn gateway(script: &str) -> (String, tokio_util::sync::DropGuard) {
    scripted(Settings::scripted(script.parse().unwrap())).await
}

async fn scripted(settings: Settings) -> (String, tokio_util::sync::DropGuard) {
    // While a script keeps the port closed, nobody else may get it.
    let listener = TcpListener::bind(("127.0.0.1", free_port())).await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let stop = CancellationToken::new();
    tokio::spawn(serve(listener, settings, Log::to(std::io::sink()), stop.clone()));
    (address, stop.drop_guard())
}

async fn probe(script: &str, patience: Duration) -> (Result<Seen, BrokerError>, Vec<Rung>) {
    let (address, _stop) = gateway(script).await;
    probe_at(address, patience).await
}

fn ask(address: String, patience: Duration) -> ProbeAsk {
    ProbeAsk {
        address,
        client_id: 9000,
        until: Rung::Request,
        patience,
        answer: patience,
        question: Question::CurrentTime,
        open_orders: false,
        all_orders: false,
        positions: false,
    }
}

/// What became of a probe of a gateway with this script, asked for something else than usual.
async fn climb(script: &str, patience: Duration, change: impl FnOnce(&mut ProbeAsk)) -> Climb {
    let (address, _stop) = gateway(script).await;
    let mut ask = ask(address, patience);
    change(&mut ask);
    WireProbe.probe(&ask, &|_| {}).await
}

fn farms(ask: &mut ProbeAsk) {
    ask.until = Rung::Farms;
}

async fn probe_at(address: String, patience: Duration) -> (Result<Seen, BrokerError>, Vec<Rung>) {
    let ask = ask(address, patience);
    let rungs = Mutex::new(Vec::new());
    let climb = WireProbe.probe(&ask, &|rung| rungs.lock().unwrap().push(rung)).await;
    (climb.end.map(|()| climb.seen), rungs.into_inner().unwrap())
}

fn code(result: Result<Seen, BrokerError>) -> String {
    Diagnosis::of(&result.unwrap_err()).code
}

#[tokio::test]
async fn a_ready_gateway_is_climbed_to_the_last_rung_at_every_server_version() {
    for script in [
        "ready", "old:100", "old:157", "old:176", "old:178", "old:200", "old:201", "old:208", "old:212",
        "old:213",
    ] {
        let (result, rungs) = probe(script, Duration::from_secs(5)).await;
        let probed = result.unwrap_or_else(|error| panic!("{script}: {error}"));
        assert_eq!(probed.accounts.len(), 1, "{script}");
        assert_eq!(probed.next_order_id, Some(1), "{script}");
        assert_eq!(
            rungs,
            [Rung::Tcp, Rung::Version, Rung::Accounts, Rung::NextId, Rung::Request],
            "{script}"
        );
    }
}

#[tokio::test]
async fn the_handshake_that_is_pending_is_answered_when_the_gateway_is_ready() {
    let started = tokio::time::Instant::now();
    let (result, _) = probe("mute:700ms", Duration::from_secs(10)).await;
    result.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(700));
}

#[tokio::test]
async fn every_fault_has_its_own_name() {
    let patience = Duration::from_millis(900);
    for (script, expected) in [
        ("never", "broker::mute"),
        ("refuse:30s", "broker::nothing_behind"),
        ("start-api-mute", "broker::mute"),
        ("not-accepted", "broker::not_accepted"),
        ("in-use-all", "broker::client_id_in_use"),
        ("no-accounts", "broker::no_accounts"),
        ("no-id", "broker::mute"),
        ("notices-only", "broker::mute"),
        ("http", "broker::not_tws"),
        ("garbage", "broker::not_tws"),
        ("tls", "broker::tls"),
    ] {
        let (result, _) = probe(script, patience).await;
        assert_eq!(code(result), expected, "{script}");
    }
}

#[tokio::test]
async fn nothing_that_listens_is_refused() {
    let free = crate::support::stack::free_port();
    let (result, rungs) = probe_at(format!("127.0.0.1:{free}"), Duration::from_secs(1)).await;
    assert_eq!(code(result), "broker::refused");
    assert!(rungs.is_empty());
}

#[tokio::test]
async fn a_name_without_an_address_does_not_resolve() {
    let (result, _) = probe_at("no-such-host.invalid:4002".to_owned(), Duration::from_secs(1)).await;
    assert_eq!(code(result), "broker::unresolved");
}

const BRIEFLY: Duration = Duration::from_millis(700);
const LONG: Duration = Duration::from_secs(10);

#[tokio::test]
async fn the_farms_are_the_rung_above_a_request() {
    for script in ["ready", "farms-inactive", "old:176", "old:208"] {
        let climb = climb(script, LONG, farms).await;
        climb.end.unwrap_or_else(|error| panic!("{script}: {error}"));
        assert_eq!(climb.seen.highest(), Some(Rung::Farms), "{script}");
    }
    let (address, _stop) = of_its_own("phases: [{ farms: broken }]").await;
    let mut asked = ask(address.clone(), BRIEFLY);
    farms(&mut asked);
    let broken = WireProbe.probe(&asked, &|_| {}).await;
    assert_eq!(broken.seen.highest(), Some(Rung::Request));
    let error = broken.end.unwrap_err();
    assert_eq!(Diagnosis::of(&error).code, "broker::farms_broken");
    let told = error.to_string();
    assert!(["(2103)", "(2105)", "(2157)"].iter().all(|code| told.contains(code)), "{told}");
    // Who does not ask for the farms is not kept waiting by them.
    WireProbe.probe(&ask(address, BRIEFLY), &|_| {}).await.end.unwrap();
}

/// A gateway with this script of its own.
async fn of_its_own(script: &str) -> (String, tokio_util::sync::DropGuard) {
    let Ok(script) = openbell::sim::script::parse("test", &format!("version: 1\n{script}")) else {
        panic!("the script is wrong: {script}")
    };
    scripted(Settings::scripted(script)).await
}

#[tokio::test]
async fn farms_that_come_back_are_waited_for_and_silence_about_them_is_told() {
    for again in ["farms: ok", "connectivity: restored"] {
        let script = format!("phases: [{{ lasts: 1s, farms: broken }}, {{ {again} }}]");
        let (address, _stop) = of_its_own(&script).await;
        let mut asked = ask(address, LONG);
        farms(&mut asked);
        let climb = WireProbe.probe(&asked, &|_| {}).await;
        climb.end.unwrap();
        let (rung, after) = *climb.seen.rungs.last().unwrap();
        assert!(rung == Rung::Farms && after > Duration::from_millis(500), "{rung} after {after:?}");
    }

    // Inactive farms are there on demand; the others stay broken.
    let (address, _stop) = of_its_own("phases: [{ lasts: 500ms, farms: broken }, { farms: inactive }]").await;
    let mut asked = ask(address, Duration::from_millis(1500));
    farms(&mut asked);
    let error = WireProbe.probe(&asked, &|_| {}).await.end.unwrap_err();
    let BrokerError::FarmsBroken { farms: named, .. } = error else { panic!("{error}") };
    assert_eq!(named, "secdefil (2157), usfarm.nj (2103)");

    let (address, _stop) = of_its_own("clients: { notices: withheld }").await;
    let mut asked = ask(address, BRIEFLY);
    farms(&mut asked);
    let climb = WireProbe.probe(&asked, &|_| {}).await;
    assert_eq!(Diagnosis::of(&climb.end.unwrap_err()).code, "broker::farms_unknown");
}

#[tokio::test]
async fn a_flood_of_notices_is_waded_through_or_called_one() {
    let waded = climb("flood:150", LONG, |_| {}).await;
    waded.end.unwrap();
    assert_eq!(waded.seen.notices.len(), 100);
    assert!(waded.seen.notices_in_all >= 150, "{}", waded.seen.notices_in_all);
    let flooded = climb("flood-only:600", LONG, |_| {}).await;
    let why = Diagnosis::explained(&flooded.end.unwrap_err());
    assert_eq!((why.code.as_str(), why.rung), ("broker::flooded", Some(Rung::Accounts)));
}

#[tokio::test]
async fn a_gateway_without_its_own_connection_is_not_ready() {
    // Mute to requests; the link alone; answering all the while.
    for (script, code) in [
        ("phases: [{ connectivity: lost, clients: { requests: mute } }]", "1100"),
        ("phases: [{ connectivity: broken }]", "2110"),
        ("phases: [{ connectivity: lost }]", "1100"),
    ] {
        let (address, _stop) = of_its_own(script).await;
        let climb = WireProbe.probe(&ask(address, BRIEFLY), &|_| {}).await;
        let error = climb.end.unwrap_err();
        assert_eq!(Diagnosis::of(&error).code, "broker::connectivity_lost", "{script}");
        assert!(error.to_string().contains(code), "{script}: {error}");
        let highest = if script.contains("mute") { Rung::NextId } else { Rung::Request };
        assert_eq!(climb.seen.highest(), Some(highest), "{script}");
    }
}

#[tokio::test]
async fn a_read_only_api_is_seen_where_it_is_asked_for() {
    for version in [100, 157, 176, 200, 201, 203, 204, 208, 213, 226] {
        for (script, expected) in [("read-only", true), ("ready", false)] {
            let script = format!("{script},old:{version}");
            let climb = climb(&script, Duration::from_secs(3), |ask| ask.open_orders = true).await;
            climb.end.unwrap_or_else(|error| panic!("{script}: {error}"));
            assert_eq!(climb.seen.read_only, Some(expected), "{script}");
        }
    }
    assert_eq!(climb("read-only", LONG, |_| {}).await.seen.read_only, None);
}

#[tokio::test]
async fn a_message_that_breaks_off_is_told_with_its_bytes() {
    let error = climb("partial", BRIEFLY, |_| {}).await.end.unwrap_err();
    assert!(matches!(error, BrokerError::Mute { unfinished: 6, reached: Rung::Tcp, .. }), "{error:?}");
    let evidence = Diagnosis::explained(&error).evidence.join("\n");
    assert!(evidence.contains("a message broke off: 6 bytes came"), "{evidence}");
    let told = error.to_string();
    assert!(told.contains("began a message and broke off after 6 bytes"), "{told}");
    let error = climb("never", BRIEFLY, |_| {}).await.end.unwrap_err();
    assert!(matches!(error, BrokerError::Mute { unfinished: 0, .. }), "{error:?}");
}

/// Somebody who answers the first bytes with these, and stays.
async fn stranger(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 256]).await;
            let _ = stream.write_all(answer).await;
            let _ = stream.read(&mut [0; 256]).await;
        }
    });
    address
}

#[tokio::test]
async fn what_speaks_tls_is_told_apart_from_other_strangers() {
    for (answer, expected) in [
        // An alert, as servers answer bytes that are no TLS; a handshake, as those that speak first send.
        (&b"\x15\x03\x01\x00\x02\x02\x46"[..], "broker::tls"),
        (b"\x16\x03\x03\x00\x5a\x02\x00\x00\x56", "broker::tls"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "broker::not_tws"),
        (b"\x00\x00\x00\x02hi", "broker::not_tws"),
        // A number that is no version of any gateway's, and bytes that are no message after one that is.
        (b"\x00\x00\x00\x040\0x\0", "broker::not_tws"),
        (b"\x00\x00\x00\x06176\0x\0\xff\xff\xff\xff", "broker::garbled"),
        (b"\x00\x00\x00\x06226\0x\0\x00\x00\x00\x02hi", "broker::garbled"),
    ] {
        let (result, _) = probe_at(stranger(answer).await, LONG).await;
        assert_eq!(code(result), expected, "{}", answer.escape_ascii());
    }
}

#[tokio::test]
async fn notices_are_kept_whole_in_order_and_not_longer_than_a_line() {
    let seen = climb("ready", LONG, farms).await.seen;
    let codes: Vec<i32> = seen.notices.iter().map(|notice| notice.code).collect();
    assert_eq!(codes, [2104, 2104, 2106, 2158]);
    assert!(seen.notices[0].text.contains("Market data farm connection is OK"), "{:?}", seen.notices);
    assert_eq!(seen.notices_in_all, 4);
}

/// A gateway of version 176 that takes this long before each of its messages.
async fn hesitant(pause: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        for text in [
            "176\x0020260101 00:00:00 UTC\0",
            "15\x001\0DU1234567\0",
            "9\x001\x007\0",
            "49\x001\x001700000000\0",
        ] {
            tokio::time::sleep(pause).await;
            let _ = stream.write_all(&openbell::wire::frame(text.as_bytes())).await;
        }
        let _ = stream.read(&mut [0; 256]).await;
        tokio::time::sleep(LONG).await;
    });
    address
}

#[tokio::test]
async fn patience_counts_the_silence_at_each_rung_anew() {
    let pause = Duration::from_millis(400);
    let climb = WireProbe.probe(&ask(hesitant(pause).await, BRIEFLY), &|_| {}).await;
    climb.end.unwrap();
    assert!(climb.seen.rungs.last().unwrap().1 >= 4 * pause, "{:?}", climb.seen.rungs);
}

#[tokio::test]
async fn an_end_to_the_whole_is_kept_and_so_is_what_was_seen_until_then() {
    let began = tokio::time::Instant::now();
    let asked = ask(hesitant(Duration::from_millis(400)).await, LONG);
    let climb = WireProbeWithin(Duration::from_secs(1)).probe(&asked, &|_| {}).await;
    assert!(began.elapsed() < Duration::from_millis(1500), "{:?}", began.elapsed());
    let error = climb.end.unwrap_err();
    assert!(matches!(error, BrokerError::Mute { reached: Rung::Accounts, .. }), "{error:?}");
    assert_eq!((climb.seen.server_version, climb.seen.accounts.len()), (Some(176), 1));
    assert_eq!(climb.seen.highest(), Some(Rung::Accounts));
}

fn connect(address: String, client_id: i32) -> Connect {
    Connect { address, client_id, timeout: Duration::from_secs(2) }
}

#[tokio::test]
async fn the_api_client_sees_a_whole_session() {
    let (address, _stop) = gateway("ready").await;
    let session = Ibapi.session(&connect(address, 101)).await.unwrap();
    assert_eq!((session.server_version, session.next_order_id, session.client_id), (226, 1, 101));
    assert_eq!(session.accounts.len(), 1);
}

#[tokio::test]
async fn the_api_client_tells_faults_apart() {
    for (script, expected) in [
        ("never", "broker::mute"),
        ("in-use:101", "broker::client_id_in_use"),
        ("old:178", "broker::server_too_old"),
        ("no-accounts", "broker::no_accounts"),
        ("http", "broker::not_tws"),
    ] {
        let (address, _stop) = gateway(script).await;
        let error = Ibapi.session(&connect(address, 101)).await.unwrap_err();
        assert_eq!(Diagnosis::of(&error).code, expected, "{script}");
    }
}

#[tokio::test]
async fn a_held_session_notices_at_once_when_it_is_dropped() {
    let (address, stop) = gateway("ready").await;
    let mut held = Ibapi.hold(&connect(address, 9001)).await.unwrap();
    held.beat().await.unwrap();
    let started = tokio::time::Instant::now();
    drop(stop);
    let lost = tokio::time::timeout(Duration::from_secs(2), held.lost()).await.expect("noticed");
    assert_eq!(Diagnosis::of(&lost).code, "broker::dropped");
    assert!(started.elapsed() < Duration::from_secs(1));
    held.close().await;
}

#[tokio::test]
async fn a_gateway_that_is_still_telling_is_heard_out_and_not_reset() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut asked = ask(listener.local_addr().unwrap().to_string(), LONG);
    asked.until = Rung::NextId;
    let gateway = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let frame = |text: &str| openbell::wire::frame(text.as_bytes());
        let mut told = frame("176\x0020260101 00:00:00 UTC\0");
        told.extend(frame("15\x001\0DU1234567\0"));
        told.extend(frame("9\x001\x007\0"));
        // More than anybody reads who only looks for accounts and id.
        let notice = frame(&format!("4\x002\0-1\x002104\0{}\0\0", "x".repeat(1000)));
        told.extend(notice.repeat(50));
        stream.write_all(&told).await.unwrap();
        while stream.read(&mut [0; 256]).await.unwrap() > 0 {}
        // Its goodbye was heard; a reset would follow at once.
        tokio::time::sleep(Duration::from_millis(30)).await;
        stream.write_all(&notice).await.and(stream.take_error().map(|error| error.map(|error| error.kind())))
    });
    let began = tokio::time::Instant::now();
    WireProbe.probe(&asked, &|_| {}).await.end.unwrap();
    assert!(began.elapsed() < Duration::from_secs(1), "a gateway that does not close is not waited for");
    assert_eq!(gateway.await.unwrap().unwrap(), None);
}

/// A gateway that is closed this long after `START_API`, in this way.
async fn closes(after: Duration, reset: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 256]).await;
        let _ = stream.write_all(&openbell::wire::frame(b"176\x0020260101 00:00:00 UTC\0")).await;
        // What is left unread when a socket is closed becomes a reset.
        let _ = if reset { stream.readable().await.map(|()| 0) } else { stream.read(&mut [0; 256]).await };
        tokio::time::sleep(after).await;
    });
    address
}

#[tokio::test]
async fn a_close_after_the_start_of_the_api_says_how_it_came_and_when() {
    for (after, reset, how) in [(0, true, "reset (RST)"), (400, false, "closed (FIN)")] {
        let address = closes(Duration::from_millis(after), reset).await;
        let error = WireProbe.probe(&ask(address, LONG), &|_| {}).await.end.unwrap_err();
        let BrokerError::NotAccepted { after_ms, .. } = &error else { panic!("{error}") };
        assert!(*after_ms >= u128::from(after), "{error}");
        let evidence = Diagnosis::explained(&error).evidence.join("\n");
        assert!(evidence.contains(how) && evidence.contains("ms after START_API"), "{evidence}");
    }
}
