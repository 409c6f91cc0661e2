//! Ctrl-C and SIGTERM: the first ends a run cleanly, another one what is still going on then.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::exit::Exit;

/// How long a run may take to write down how it went, once a second signal ended it.
const LETS_GO: Duration = Duration::from_secs(5);

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

/// Two tokens: the first signal cancels the one, the second signal the other as well. A third signal ends the program at
/// once, and so does time when the second one is of no use.
pub(super) fn on_signals() -> (CancellationToken, CancellationToken) {
    let (stop, stop_all) = (CancellationToken::new(), CancellationToken::new());
    let (first, second) = (stop.clone(), stop_all.clone());
    tokio::spawn(async move {
        signal().await;
        first.cancel();
        signal().await;
        second.cancel();
        // It makes no difference which of the two it was.
        let _ = tokio::time::timeout(LETS_GO, signal()).await;
        at_once();
    });
    (stop, stop_all)
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

/// Ctrl-C and Ctrl-Break, the window that is closed, and the end of the system. Not that of a session: a task that starts
/// with the machine hears of everybody's.
#[cfg(windows)]
async fn signal() {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
    let (Ok(mut interrupt), Ok(mut stop)) = (ctrl_c(), ctrl_break()) else {
        // A system that gives no signals cannot end the run this way.
        return std::future::pending().await;
    };
    let (Ok(mut close), Ok(mut shutdown)) = (ctrl_close(), ctrl_shutdown()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = stop.recv() => {}
        _ = close.recv() => {}
        _ = shutdown.recv() => {}
    }
}
