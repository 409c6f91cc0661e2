//! Ctrl-C and SIGTERM: the first ends a run cleanly, the second at once.

use tokio_util::sync::CancellationToken;

use crate::exit::Exit;

/// A token that is cancelled by the first signal.
pub(super) fn on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let first = stop.clone();
    tokio::spawn(async move {
        signal().await;
        first.cancel();
        signal().await;
        at_once();
    });
    stop
}

#[expect(
    clippy::exit,
    clippy::disallowed_methods,
    reason = "somebody insisted: nothing is worth waiting for"
)]
fn at_once() {
    std::process::exit(i32::from(Exit::Interrupted as u8));
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        // A system that gives no signals cannot end the run this way.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
