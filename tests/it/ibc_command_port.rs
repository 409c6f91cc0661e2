//! IBC's command port: what its replies mean.

use openbell::adapters::ibc::CommandPort;
use openbell::diagnosis::Diagnosis;
use openbell::ports::ibc::{Ibc, IbcError};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A command port that says this and closes; its address, and the lines it was told.
async fn port(says: Option<&'static str>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let told = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = Vec::new();
        let Some(says) = says else { return heard };
        let (reading, mut writing) = stream.split();
        let mut lines = BufReader::new(reading).lines();
        heard.extend(lines.next_line().await.unwrap());
        writing.write_all(says.as_bytes()).await.unwrap();
        while let Ok(Some(line)) = lines.next_line().await {
            heard.push(line);
        }
        heard
    });
    (address, told)
}

#[tokio::test]
async fn a_restart_is_acknowledged() {
    for says in [
        "OK RESTART in progress\n",
        "INFO IBC Command Server\r\nINFO Restarting TWS\r\nOK RESTART in progress\r\n",
        "IBC> OK RESTART in progress\nIBC> OK RESTART at 11:46 PM\n",
    ] {
        let (address, told) = port(Some(says)).await;
        assert_eq!(CommandPort.restart(&address).await.unwrap(), "RESTART in progress");
        assert_eq!(told.await.unwrap(), ["RESTART", "EXIT"]);
    }
}

#[tokio::test]
async fn a_refusal_is_told_in_ibcs_own_words() {
    let (address, _told) = port(Some("ERROR RESTART is not valid for the FIX Gateway\n")).await;
    let error = CommandPort.restart(&address).await.unwrap_err();
    assert!(matches!(&error, IbcError::Rejected { words, .. } if words.starts_with("RESTART is not")));
}

#[tokio::test]
async fn nobody_there_and_a_close_without_a_word_are_refusals() {
    let free = format!("127.0.0.1:{}", crate::support::stack::free_port());
    let (closing, _told) = port(None).await;
    for address in [free, closing] {
        let error = CommandPort.restart(&address).await.unwrap_err();
        let diagnosis = Diagnosis::explained(&error);
        assert_eq!(diagnosis.code, "ibc::refused");
        assert!(!diagnosis.evidence[0].is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn silence_is_borne_for_half_a_minute() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let error = CommandPort.restart(&address).await.unwrap_err();
    assert!(matches!(error, IbcError::NoAnswer { seconds: 30, .. }), "{error:?}");
    drop(listener);
}
