//! Reading and editing the configuration.

use super::Asker;
use super::refusal::error;
use crate::wire::config::Update;
use crate::wire::message::since;
use crate::wire::request::Request;
use crate::wire::server;

/// The configuration. Clients ask for it from server version 219 on; older servers do not know the request.
pub(super) fn read(asker: &Asker<'_>, id: i64) -> Vec<u8> {
    if asker.version < since::CONFIG {
        return unknown(asker, id);
    }
    server::config(id, &asker.api().config(asker.read_only))
}

/// What becomes of an edit. Clients send one from server version 221 on.
pub(super) fn update(asker: &Asker<'_>, request: &Request<'_>, id: i64) -> Vec<u8> {
    if asker.version < since::UPDATE_CONFIG {
        return unknown(asker, id);
    }
    match request.protobuf().map(Update::read) {
        Some(Ok(update)) => server::config_updated(id, &asker.api().apply(&update)),
        _ => error(asker.version, id, 320, "Error reading request: it is not an edit of the configuration"),
    }
}

fn unknown(asker: &Asker<'_>, id: i64) -> Vec<u8> {
    let text = format!(
        "Error processing request: the configuration is not offered at server version {}",
        asker.version
    );
    error(asker.version, id, 322, &text)
}
