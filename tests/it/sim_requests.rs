//! Every request that a client can send gets what belongs to it, in every form, under its own id.

use openbell::sim::gateway::Settings;
use openbell::wire::client::request_current_time;
use openbell::wire::dialect::{Body, Received, split};
use openbell::wire::server::{Incoming, decode};
use openbell::wire::{Dialect, protobuf, text};

use crate::stage::{Client, Stage};

const VERSIONS: [u32; 15] = [100, 157, 176, 187, 200, 201, 203, 207, 208, 212, 213, 219, 221, 225, 226];

/// The request id that every answer has to bear.
const ID: i64 = 4711;

/// What gateways put where a request they refuse has no id.
const NO_ID: i64 = 2_147_483_647;

/// Where clients write the request id in the text form.
#[derive(Clone, Copy)]
enum Place {
    /// Behind the version of the message.
    Second,
    /// At the beginning.
    First,
    /// Behind the version of the message; from that server version on, there is none.
    FirstFrom(u32),
    /// Nowhere: the request has none, or has other things first.
    Nowhere,
}

/// What comes back.
#[derive(Clone, Copy)]
enum Reply {
    /// Messages, the last of this id. It bears the request id when the request does.
    With(u32),
    /// One error with this code.
    Error(i32),
    /// Nothing, as real gateways have it.
    Silence,
}

use Place::{First, FirstFrom, Nowhere, Second};
use Reply::{Error, Silence, With};

/// Id, protobuf from this server version on, place of the request id, reply: read from the official client.
const REQUESTS: [(u32, u32, Place, Reply); 85] = [
    (1, 206, Second, Error(354)),
    (2, 206, Second, Error(300)),
    (3, 203, FirstFrom(145), Error(321)),
    (4, 203, FirstFrom(192), Error(321)),
    (5, 204, Nowhere, With(53)),
    (6, 207, Nowhere, With(54)),
    (7, 201, Second, With(55)),
    (8, 213, Nowhere, With(9)),
    (9, 205, Second, Error(200)),
    (10, 206, Second, Error(354)),
    (11, 206, Second, Silence),
    (12, 209, Nowhere, With(14)),
    (13, 209, Nowhere, Silence),
    (14, 213, Nowhere, Silence),
    (15, 204, Nowhere, Error(321)),
    (16, 204, Nowhere, With(53)),
    (17, 207, Nowhere, With(15)),
    (18, 211, Nowhere, Error(321)),
    (19, 211, Nowhere, Error(321)),
    (20, 208, FirstFrom(124), Error(162)),
    (21, 211, Second, Error(321)),
    (22, 210, FirstFrom(143), With(20)),
    (23, 210, Second, Silence),
    (24, 210, Nowhere, With(19)),
    (25, 208, Second, Silence),
    (49, 213, Nowhere, With(49)),
    (50, 208, Second, Error(420)),
    (51, 208, Second, Silence),
    (52, 213, Second, Error(430)),
    (53, 213, Second, Silence),
    (54, 211, Second, Error(200)),
    (55, 211, Second, Error(200)),
    (56, 211, Second, Silence),
    (57, 211, Second, Silence),
    (58, 203, Nowhere, Error(321)),
    (59, 206, Nowhere, Silence),
    (61, 207, Nowhere, With(62)),
    (62, 207, Second, With(64)),
    (63, 207, Second, Silence),
    (64, 207, Nowhere, Silence),
    (65, 213, Nowhere, Error(322)),
    (66, 213, Nowhere, Error(322)),
    (67, 213, Second, With(67)),
    (68, 213, Second, With(68)),
    (69, 213, Second, With(68)),
    (70, 213, Second, Silence),
    (71, 213, Nowhere, Silence),
    (72, 213, Nowhere, Error(322)),
    (73, 213, Nowhere, Error(322)),
    (74, 207, Second, With(72)),
    (75, 207, Second, Silence),
    (76, 207, Second, With(74)),
    (77, 207, Second, Silence),
    (78, 212, First, With(76)),
    (79, 212, First, With(77)),
    (80, 212, Nowhere, With(78)),
    (81, 212, First, With(79)),
    (82, 213, Nowhere, With(80)),
    (83, 212, First, With(82)),
    (84, 209, First, Error(10172)),
    (85, 209, Nowhere, With(85)),
    (86, 209, First, With(87)),
    (87, 208, First, Error(162)),
    (88, 208, First, With(89)),
    (89, 208, First, Silence),
    (90, 208, First, Silence),
    (91, 212, Nowhere, With(93)),
    (92, 210, First, With(94)),
    (93, 210, First, Silence),
    (94, 210, First, With(95)),
    (95, 210, First, Silence),
    (96, 208, First, Error(162)),
    (97, 208, First, Error(10189)),
    (98, 208, First, Silence),
    (99, 204, Nowhere, With(102)),
    (100, 209, First, Error(10276)),
    (101, 209, First, Silence),
    (102, 209, First, Error(10276)),
    (103, 209, First, Silence),
    (104, 212, First, With(107)),
    (105, 213, Nowhere, With(109)),
    (106, 213, First, Silence),
    (107, 213, First, Silence),
    // There are no such requests.
    (110, 213, First, Error(322)),
    (199, 213, First, Error(322)),
];

/// The configuration exists only at newer servers.
fn of_configuration(version: u32) -> [(u32, u32, Place, Reply); 2] {
    let from = |gate, id| if version < gate { Error(322) } else { With(id) };
    [(108, 213, First, from(219, 110)), (109, 213, First, from(221, 111))]
}

fn request(version: u32, (id, gate, place, _): (u32, u32, Place, Reply)) -> Vec<u8> {
    Dialect::of_message(version, gate).message(
        id,
        |text| {
            match place {
                First => text.add(ID),
                FirstFrom(gate) if version >= gate => text.add(ID),
                // Families, exchanges, providers and the millisecond clock have no fields at all.
                Nowhere if matches!(id, 80 | 82 | 85 | 105) => text,
                Nowhere if id == 91 => text.add(26),
                Nowhere => text.add(1),
                Second | FirstFrom(_) => text.add(1).add(ID),
            };
            match id {
                6 => text.add(1).add("DU1234567"),
                15 | 18 => text.add(1),
                19 if version >= 157 => text.add(1).add("<x/>").add(ID),
                62 => text.add("All").add("AccountType,NetLiquidation,$LEDGER:ALL"),
                _ => text.add("").add(""),
            };
        },
        |message| {
            match (place, id) {
                (Nowhere, 6 | 15 | 18) => message.number(1, 1),
                (Nowhere, 19) => message.number(1, ID),
                (Nowhere, 91) => message.number(1, 26),
                (Nowhere, 65 | 66) => message.string(1, "name"),
                (Nowhere, _) => message,
                _ => message.number(1, ID),
            };
            if id == 62 {
                message.string(2, "All").string(3, "AccountType");
            }
        },
    )
}

/// The payloads that a request brings, up to the answer to a question that is always answered.
async fn replies(client: &mut Client, request: &[u8], asks_time: bool) -> Vec<Vec<u8>> {
    client.send(request).await;
    client.send(&request_current_time(client.version)).await;
    let mut replies = Vec::new();
    let mut clocks = 0;
    loop {
        let payload = client.frame().await.unwrap();
        clocks += u32::from(split(client.version, &payload).unwrap().id == 49);
        if clocks == 1 + u32::from(asks_time) {
            return replies;
        }
        replies.push(payload);
    }
}

fn bears_the_id(received: Received<'_>) -> bool {
    match received.body {
        Body::Text(body) => text::fields(body).take(2).any(|field| text::number(field) == Some(ID)),
        Body::Protobuf(body) => protobuf::find(body, 1) == Ok(Some(protobuf::Value::Number(ID))),
    }
}

fn check(version: u32, (id, _, place, wanted): (u32, u32, Place, Reply), replies: &[Vec<u8>]) {
    let what = format!("request {id} at {version}");
    match wanted {
        Silence => assert!(replies.is_empty(), "{what}: {replies:?}"),
        With(answer) => {
            let last = replies.last().unwrap_or_else(|| panic!("{what} is not answered"));
            let received = split(version, last).unwrap();
            assert_eq!(received.id, answer, "{what}");
            assert!(matches!(place, Nowhere) || bears_the_id(received), "{what}: {received:?}");
        }
        Error(code) => {
            let [error] = replies else { panic!("{what}: {replies:?}") };
            let Incoming::Error { id: bears, code: said, .. } = decode(version, error).unwrap() else {
                panic!("{what}: {error:?}");
            };
            let about = match (place, id) {
                (Nowhere, 19) if version >= 157 => ID,
                (Nowhere, 65 | 66 | 72 | 73) => -1,
                (Nowhere, _) => NO_ID,
                _ => ID,
            };
            assert_eq!((bears, said), (about, code), "{what}");
        }
    }
}

#[tokio::test]
async fn every_request_gets_what_belongs_to_it() {
    let stage = Stage::with("rate:0").await;
    for version in VERSIONS {
        let mut client = stage.session(version, 1).await;
        for known in REQUESTS.into_iter().chain(of_configuration(version)) {
            let replies = replies(&mut client, &request(version, known), known.0 == 49).await;
            check(version, known, &replies);
        }
    }
}

#[tokio::test]
async fn an_advisor_gets_the_figures_of_all_accounts_and_empty_lists() {
    let mut settings = Settings::default();
    settings.script.gateway.accounts = ["DF1234567", "DU1234568", "DU1234569"].map(String::from).to_vec();
    settings.script.gateway.trailing_comma = true;
    let stage = Stage::of(settings).await;
    for version in [176, 207, 212, 226] {
        let mut client = stage.session(version, 1).await;
        let summary = request(version, (62, 207, Second, With(64)));
        let figures = replies(&mut client, &summary, false).await;
        for account in [&b"DF1234567"[..], b"DU1234568", b"DU1234569"] {
            let of_account = |payload: &&Vec<u8>| payload.windows(account.len()).any(|part| part == account);
            assert!(figures.iter().filter(of_account).count() >= 1, "{version}");
        }
        let lists = replies(&mut client, &request(version, (18, 211, Nowhere, With(16))), false).await;
        assert_eq!(split(version, &lists[0]).unwrap().id, 16);
    }
}

#[tokio::test]
async fn an_account_of_somebody_else_is_refused() {
    let stage = Stage::with("rate:0").await;
    for version in [176, 203, 226] {
        let mut client = stage.session(version, 1).await;
        let asks = Dialect::of_message(version, 207).message(
            6,
            |text| {
                text.add(2).add(1).add("DU7654321");
            },
            |message| {
                message.number(1, 1).string(2, "DU7654321");
            },
        );
        let replies = replies(&mut client, &asks, false).await;
        let Ok(Incoming::Error { code: 321, message, .. }) = decode(version, &replies[0]) else {
            panic!("{replies:?}");
        };
        assert!(message.contains("Invalid account code"), "{message}");
    }
}
