//! A gateway that shows a paper account first and a live one after a reconnect, on real sockets: two simulated gateways
//! behind one address, of which the second takes over.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use openbell::adapters::api_client::Ibapi;
use openbell::adapters::probe::WireProbe;
use openbell::event::Verdict;
use openbell::ports::World;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::stage::Stage;
use crate::support::plan::{STACK, plan, run};
use crate::support::world::Fakes;

/// One address before the gateway that is told last. Whoever is connected when that changes is cut off.
async fn door(mut behind: watch::Receiver<SocketAddr>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let gateway = *behind.borrow_and_update();
            let mut changed = behind.clone();
            tokio::spawn(async move {
                let mut gateway = TcpStream::connect(gateway).await.unwrap();
                tokio::select! {
                    _ = copy_bidirectional(&mut client, &mut gateway) => {}
                    _ = changed.changed() => {}
                }
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_account_after_a_reconnect_stops_the_bot_at_once() {
    let paper = Stage::scripted("phases: [{}]").await;
    let live = Stage::scripted("gateway: { accounts: [U1234567] }").await;
    let (leads, behind) = watch::channel(paper.address);
    let address = door(behind).await;
    let port = address.port().to_string();
    let mut fakes = Fakes::new();
    fakes.world = World { broker: Arc::new(Ibapi), probe: Arc::new(WireProbe), ..fakes.world };
    fakes.engine.image("gateway");
    fakes.engine.image("bot");
    let says = vec!["Strategy C active: No trading, monitoring only".to_owned()];
    fakes.engine.with(|state| state.logs.insert("stack-bot".into(), says));
    let text = STACK.replace("127.0.0.1:4002", &format!("127.0.0.1:{port}"));
    let plan = plan(&format!(
        "{text}\nsteps:\n- {{ id: net, do: {{ network: {{}} }} }}\n- {{ id: gateway, do: {{ start: {{ container: gateway }} }} }}\n\
         - {{ id: account, do: {{ account: {{}} }} }}\n- {{ id: bot, do: {{ start: {{ container: bot }} }} }}\n\
         - {{ id: steady, do: {{ stable: {{ for: 1m }} }} }}"
    ));
    let takes_over = async {
        while !fakes.engine.is_running("stack-bot") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        leads.send(live.address).unwrap();
        let changed = Instant::now();
        while fakes.engine.is_running("stack-bot") {
            assert!(changed.elapsed() < Duration::from_secs(20), "the bot runs on");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        changed.elapsed()
    };
    let (told, within) = tokio::join!(run(&plan, &fakes), takes_over);
    assert_ne!(told.verdict, Verdict::Green);
    assert!(within < Duration::from_secs(15), "{within:?}");
    let because = &told.report.stopped[0].because;
    assert!(because.contains("U***567") && because.contains("LIVE"), "{because}");
    assert_eq!(told.step("account").facts["mode"], "paper");
}
