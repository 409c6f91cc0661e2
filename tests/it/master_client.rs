//! Nobody of the stack may be the gateway's master client: known to the gateway alone, or from its container.

use std::sync::Arc;

use openbell::adapters::api_client::Ibapi;
use openbell::adapters::probe::WireProbe;
use openbell::event::Verdict;
use openbell::ports::World;

use crate::stage::Stage;
use crate::support::plan::{STACK, START, Told, fakes, plan, run, steps};
use crate::support::preview::{code, look};
use crate::support::world::Fakes;

const CODE: &str = "safety::client_id_master";

#[track_caller]
fn refused(told: &Told, fakes: &Fakes, who: &str) {
    assert_eq!((told.verdict, told.code("bot")), (Verdict::Safety, CODE));
    let why = &told.step("bot").failure.as_ref().unwrap().why;
    assert!(why.message.contains(who), "{}", why.message);
    assert!(!fakes.engine.changes().contains(&"start stack-bot".to_owned()), "{:?}", fakes.engine.changes());
}

#[tokio::test(start_paused = true)]
async fn the_masters_id_is_nobodys_as_the_gateway_tells_it() {
    let given = STACK.replace("bot: { image: bot, env: {", "bot: { image: bot, env: { CLIENT_ID: \"7\",");
    let given = plan(&format!("{given}\nsteps:\n{START}"));
    for (master, who) in [
        (101, "`connection.client_id`"),
        (102, "`connection.client_id`"),
        (7, "CLIENT_ID of the container bot"),
    ] {
        let fakes = fakes();
        fakes.gateway.settings.lock().unwrap().master_client_id = Some(master);
        refused(&run(&given, &fakes).await, &fakes, who);
    }
    let ledger = STACK.replace("client_ids: { openbell: 102 }", "client_ids: { monitor: 110 }");
    let ledger = plan(&format!("{ledger}\nsteps:\n{START}"));
    let fakes_ = fakes();
    fakes_.gateway.settings.lock().unwrap().master_client_id = Some(110);
    refused(&run(&ledger, &fakes_).await, &fakes_, "`client_ids.monitor`");
    for master in [None, Some(0), Some(8)] {
        let fakes = fakes();
        fakes.gateway.settings.lock().unwrap().master_client_id = master;
        assert_eq!(run(&given, &fakes).await.verdict, Verdict::Green, "{master:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_foresees_it() {
    let fakes = fakes();
    assert_eq!(run(&steps(START), &fakes).await.verdict, Verdict::Green);
    fakes.gateway.settings.lock().unwrap().master_client_id = Some(102);
    assert_eq!(code(&look(&steps(START), &fakes).await, "bot"), CODE);
}

/// The usual stack beside a simulated gateway.
async fn beside(script: &str, env: &[&str]) -> (Told, Fakes) {
    let gateway = Stage::scripted(script).await;
    let mut fakes = fakes();
    fakes.world = World { broker: Arc::new(Ibapi), probe: Arc::new(WireProbe), ..fakes.world };
    let port = gateway.address.port().to_string();
    let text = STACK.replace("127.0.0.1:4002", &format!("127.0.0.1:{port}"));
    let text = format!("{text}\nsteps:\n{START}");
    let (before, bot) = text.split_once("\n- { id: bot").unwrap();
    assert_eq!(run(&plan(before), &fakes).await.verdict, Verdict::Green);
    // Somebody else's gateway: the playbook says nothing of it.
    fakes.engine.with(|state| {
        let gateway = state.containers.get_mut("stack-gateway").unwrap();
        gateway.env = env.iter().map(|pair| (*pair).to_owned()).collect();
    });
    let text = format!("{STACK}\nsteps:\n- {{ id: net, do: {{ network: {{}} }} }}\n- {{ id: bot{bot}");
    let text = text.replace("127.0.0.1:4002", &format!("127.0.0.1:{port}"));
    (run(&plan(&text), &fakes).await, fakes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_on_the_wire_tells_it_and_for_an_old_one_its_container_does() {
    let (told, fakes) = beside("gateway: { api: { master_client_id: 101 } }", &[]).await;
    refused(&told, &fakes, "101");
    let old = "gateway: { server_version: 200, api: { master_client_id: 101 } }";
    assert_eq!(beside(old, &[]).await.0.verdict, Verdict::Green, "an old gateway does not tell");
    let (told, fakes) = beside(old, &["TWS_MASTER_CLIENT_ID=101"]).await;
    refused(&told, &fakes, "101");
    // What the gateway says counts more than what its container was given.
    assert_eq!(beside("phases: [{}]", &["TWS_MASTER_CLIENT_ID=101"]).await.0.verdict, Verdict::Green);
}
