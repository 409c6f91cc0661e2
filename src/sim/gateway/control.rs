//! The control port: HTTP for whoever rehearses. Says who is connected and what clients have done, and starts faults.
//!
//! Owns the words of this small interface. What they lead to is the gateway's.

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::http::header::{CONNECTION, HeaderValue};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::mpsc::error::TrySendError;

use super::counters::Counts;
use super::directory::Entry;
use super::error::GatewayError;
use super::guarded::Guarded;
use super::state::{Gateway, Order};
use crate::sim::script::{self, Phase, Script, Traits};

/// What can be asked.
const USAGE: &str = "openbell sim gateway: control port\n\
\n\
GET  /phase        the phase the gateway is in, as JSON\n\
GET  /connections  who is connected, as JSON\n\
GET  /counters     what clients have done so far, as JSON\n\
POST /script       a script or presets begin now, instead of what was to come:\n                   curl -d drop:0s .../script, or curl --data-binary @faults.yaml .../script\n\
POST /next         the next phase begins now\n\
POST /trusted-ips  somebody at the screen trusts these addresses: curl -d 127.0.0.1,172.17.0.1 .../trusted-ips\n\
POST /counters     sets the counters to zero\n";

/// Longer than any script that a person writes.
const LONGEST_BODY: usize = 256 * 1024;

type Shared = State<Arc<Gateway>>;
type Refusal = (StatusCode, String);

/// Binds the control port.
pub(super) async fn bind(gateway: &Gateway, address: SocketAddr) -> Result<TcpListener, GatewayError> {
    let listener =
        TcpListener::bind(address).await.map_err(|source| GatewayError::Control { address, source })?;
    let address = listener.local_addr().unwrap_or(address);
    gateway.log.line(format_args!("sim: control port at http://{address}"));
    if !address.ip().is_loopback() {
        gateway.log.line("sim: the control port can be reached from other machines");
    }
    Ok(listener)
}

/// Serves the control port until the gateway stops.
pub(super) async fn serve(gateway: Arc<Gateway>, listener: TcpListener) {
    let stop = gateway.stop.clone();
    let routes = Router::new()
        .route("/", get(async || USAGE))
        .route("/phase", get(phase))
        .route("/connections", get(connections))
        .route("/counters", get(counters).post(clear))
        .route("/script", post(play))
        .route("/next", post(next))
        .route("/trusted-ips", post(trust))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(map_response(one_request_each))
        .with_state(gateway);
    // Cut off at the end, not shut down: a client that keeps its connection open must not keep the gateway.
    tokio::select! {
        () = stop.cancelled() => {}
        _ = axum::serve(Guarded::new(listener), routes) => {}
    }
}

/// A connection lasts for a while only, so it is not kept for another request.
async fn one_request_each(mut response: Response) -> Response {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The phase as it is told.
#[derive(Serialize)]
struct Now {
    /// Its place in the script, counted from 0.
    place: usize,
    /// How many there are; the last one never ends.
    of: usize,
    /// As it is written.
    phase: Option<Phase>,
    /// Whether a client would get a whole session.
    ready: bool,
    /// Whether nobody is accepted after an abandoned handshake.
    wedged: bool,
    /// The accounts as they are sent.
    accounts: String,
}

async fn phase(State(gateway): Shared) -> Json<Now> {
    let moment = gateway.moment();
    Json(Now {
        place: moment.place,
        of: moment.script.phases.len(),
        phase: moment.phase().cloned(),
        ready: moment.is_ready(),
        wedged: moment.wedged,
        accounts: moment.accounts.to_string(),
    })
}

async fn connections(State(gateway): Shared) -> Json<Vec<Entry>> {
    Json(gateway.directory.all())
}

async fn counters(State(gateway): Shared) -> Json<Counts> {
    Json(gateway.counters.now())
}

async fn clear(State(gateway): Shared) -> StatusCode {
    gateway.counters.clear();
    StatusCode::NO_CONTENT
}

async fn next(State(gateway): Shared) -> Result<StatusCode, Refusal> {
    let moment = gateway.moment();
    if moment.place + 1 >= moment.script.phases.len() {
        return Err((StatusCode::CONFLICT, "this is the last phase\n".to_owned()));
    }
    order(&gateway, Order::Next)
}

async fn play(State(gateway): Shared, body: String) -> Result<StatusCode, Refusal> {
    // On a thread of its own: a long script takes longer than clients should wait.
    let read = tokio::task::spawn_blocking(move || read(&body)).await;
    let read = read.unwrap_or_else(|_| Err("it could not be read".to_owned()));
    let script = read.map_err(|why| (StatusCode::BAD_REQUEST, format!("{why}\n")))?;
    if script.gateway != Traits::default() {
        let why = "what a gateway is cannot be changed while it runs; `accounts` of a phase can\n";
        return Err((StatusCode::BAD_REQUEST, why.to_owned()));
    }
    order(&gateway, Order::Play(Box::new(script)))
}

async fn trust(State(gateway): Shared, body: String) -> Result<StatusCode, Refusal> {
    let ips = body.split(',').map(str::trim).filter(|ip| !ip.is_empty()).map(str::to_owned).collect();
    let mut api = gateway.api.lock().unwrap_or_else(PoisonError::into_inner);
    api.trust(ips).map_err(|why| (StatusCode::BAD_REQUEST, format!("{why}\n")))?;
    Ok(StatusCode::NO_CONTENT)
}

fn order(gateway: &Gateway, order: Order) -> Result<StatusCode, Refusal> {
    gateway.orders.try_send(order).map(|()| StatusCode::ACCEPTED).map_err(|error| match error {
        TrySendError::Full(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, "too much has been asked for at once\n".to_owned())
        }
        TrySendError::Closed(_) => (StatusCode::GONE, "the gateway stops\n".to_owned()),
    })
}

/// Presets on one line, or a whole script.
fn read(body: &str) -> Result<Script, String> {
    let text = body.trim();
    let yaml = text.contains('\n') || text.starts_with('{') || text.starts_with("version:");
    if !yaml {
        return text.parse().map_err(|error: script::PresetError| error.to_string());
    }
    script::parse("script", body).map_err(|problems| {
        let lines: Vec<_> = problems.lines().collect();
        lines.join("\n")
    })
}
