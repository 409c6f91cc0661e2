//! `openbell notify test`, certificates, and that no address is ever seen.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use openbell::diagnosis::Diagnosis;
use openbell::notify::NotifyError;
use openbell::playbook::{Inputs, load};
use openbell::ports::http::SendError;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;

use crate::support::command::{Ended, openbell, run};
use crate::support::hook::{Does, Hook, takes};

/// A directory with a playbook that has these channels, and the files it names.
fn playbook(channels: &str, files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write_secret(&directory.path().join(name), text);
    }
    let text = format!(
        "version: 1\nname: paper\nconnection: {{ address: \"127.0.0.1:4002\", client_id: [1] }}\n{channels}\
         steps: [ {{ id: engine, do: {{ engine: {{}} }} }} ]\n"
    );
    let file = directory.path().join("p.yaml");
    std::fs::write(&file, text).unwrap();
    (directory, file)
}

fn write_secret(file: &Path, text: &str) {
    std::fs::write(file, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

/// With every detail of the developers' log.
async fn test(file: &Path, more: &[&str], environment: &[(&str, &Path)]) -> Ended {
    let arguments: Vec<String> =
        ["notify", "test", file.to_str().unwrap()].iter().chain(more).map(|&one| one.to_owned()).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut command = openbell(&arguments);
    command.env("OPENBELL_LOG", "trace").env("OPENBELL_HOST", "desk-1").env("HOOK", "canary-of-environment");
    for (name, value) in environment {
        command.env(name, value);
    }
    tokio::task::spawn_blocking(move || command.output().unwrap().into()).await.unwrap()
}

/// Milliseconds differ from run to run.
fn lines(ended: &Ended) -> Vec<String> {
    let span = regex::Regex::new(r"\d+ ms").unwrap();
    ended.stdout.lines().map(|line| span.replace(line, "N ms").into_owned()).collect()
}

#[tokio::test]
async fn each_channel_is_tried_once_and_said_what_came_of_it() {
    let mut good = Hook::new(vec![takes()]).await;
    let body = "{\"message\": \"Unknown Webhook /canary-of-path-0123456789\"}".to_owned();
    let gone = Hook::new(vec![Does::Answers(404, "", body)]).await;
    let channels = "notify:\n  channels:\n    desk: { kind: discord, url: { file: desk } }\n    \
                    gone: { kind: discord, url: { file: gone }, least: critical }\n    \
                    phone: { kind: ntfy, url: { env: HOOK } }\n";
    let desk = format!("{}/canary-of-path-0123456789", good.url);
    let (_directory, file) =
        playbook(channels, &[("desk", &desk), ("gone", &format!("{}/canary-of-path-0123456789", gone.url))]);
    let ended = test(&file, &[], &[]).await;
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert_eq!(
        lines(&ended),
        [
            "desk (discord): delivered, status 204, N ms",
            "gone (discord): not delivered, N ms: the channel gone refused a message (status 404); it is not sent again (notify::refused)",
            "phone (ntfy): not delivered, N ms: the address of the channel phone cannot be used: it does not begin with https:// or http:// (notify::bad_address)",
        ]
    );
    for code in ["notify::refused", "notify::bad_address", "Unknown Webhook"] {
        assert!(ended.stderr.contains(code), "{code}: {}", ended.stderr);
    }
    let all = format!("{}{}", ended.stdout, ended.stderr);
    assert!(!all.contains("canary"), "{:?}", all.lines().find(|line| line.contains("canary")));
    let sent = good.so_far();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].body.contains("a test message") && sent[0].body.contains("desk-1"), "{}", sent[0].body);
    let one = test(&file, &["--channel", "desk"], &[]).await;
    assert_eq!((one.code, lines(&one).len()), (0, 1), "{}", one.stderr);
}

#[tokio::test]
async fn without_a_channel_it_says_so() {
    let (_directory, file) = playbook("", &[]);
    let ended = test(&file, &[], &[]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (1, ""));
    assert!(ended.stderr.contains("notify::no_channel"), "{}", ended.stderr);
    let (_directory, file) =
        playbook("notify: { channels: { desk: { kind: discord, url: { env: HOOK } } } }\n", &[]);
    let ended = test(&file, &["--channel", "phone"], &[]).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.contains("declared are: desk"), "{}", ended.stderr);
}

/// A TLS server on this machine: its address, how many messages it read, and the file of the authority behind it.
fn tls_server(directory: &Path) -> (String, Arc<AtomicUsize>, PathBuf) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let own =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let file = directory.join("authority.pem");
    std::fs::write(&file, authority.pem()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url =
        format!("https://localhost:{}/canary-of-path-0123456789", listener.local_addr().unwrap().port());
    let (config, count) = (Arc::new(config), Arc::new(AtomicUsize::new(0)));
    let counted = count.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut session = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut tls = rustls::Stream::new(&mut session, &mut stream);
            let mut bytes = [0; 16_384];
            if tls.read(&mut bytes).is_ok_and(|read| read > 0) {
                counted.fetch_add(1, Ordering::SeqCst);
                let _ = tls.write_all(b"HTTP/1.1 204 X\r\nConnection: close\r\n\r\n");
                let _ = tls.flush();
            }
        }
    });
    (url, count, file)
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_not_believed() {
    let certificates = tempfile::tempdir().unwrap();
    let (url, count, authority) = tls_server(certificates.path());
    let channels = "notify:\n  channels: { desk: { kind: webhook, url: { file: desk } } }\n";
    let (directory, file) = playbook(channels, &[("desk", &url)]);
    // Some other authority, so that there is one whatever the machine has.
    let (_, _, other) = tls_server(directory.path());
    let (empty, none) = (certificates.path().join("empty.pem"), tempfile::tempdir().unwrap());
    std::fs::write(&empty, "").unwrap();
    let with = |authorities| [("SSL_CERT_FILE", authorities), ("SSL_CERT_DIR", none.path())];
    let ended = test(&file, &[], &with(&*other)).await;
    assert_eq!((ended.code, count.load(Ordering::SeqCst)), (1, 0), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("notify::unreachable") && ended.stderr.contains("certificate"),
        "{}",
        ended.stderr
    );
    assert!(!format!("{}{}", ended.stdout, ended.stderr).contains("canary"));
    let ended = test(&file, &[], &with(&*empty)).await;
    assert_eq!((ended.code, count.load(Ordering::SeqCst)), (1, 0), "{}", ended.stderr);
    assert!(ended.stderr.contains("notify::no_authorities"), "{}", ended.stderr);
    // The same server, once its authority is known: it was the certificate.
    let ended = test(&file, &[], &with(&*authority)).await;
    assert_eq!((ended.code, count.load(Ordering::SeqCst)), (0, 1), "{}{}", ended.stdout, ended.stderr);
}

#[test]
fn every_secret_of_the_section_is_one_of_the_plan() {
    let channels = "notify:\n  channels:\n    a: { kind: webhook, url: { file: a }, token: { env: B } }\n    \
                    b: { kind: webhook, url: \"http://127.0.0.1:8080/alerts\" }\n  ping: { url: { credential: c } }\n";
    let (_directory, file) = playbook(channels, &[]);
    let plan = load(&file, &Inputs::default()).unwrap().plans.remove(0);
    let told: Vec<String> = plan.secrets().map(|from| from.to_string()).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].ends_with("/a") && told.iter().any(|one| one == "the variable B"), "{told:?}");
    assert!(told.iter().any(|one| one == "the credential c"), "{told:?}");
}

#[test]
fn a_change_of_notifications_is_nobodys_safety() {
    let channels = "notify:\n  channels:\n    desk: { kind: discord, url: { env: DESK } }\n";
    let (_directory, file) = playbook(channels, &[]);
    let file = file.to_str().unwrap();
    for change in
        ["notify.channels.desk.least=error", "notify.digest.at=09:00", "notify.channels.desk.url.env=OTHER"]
    {
        let ended = run(&["set", file, change]);
        assert_eq!(ended.code, 0, "{change}: {}{}", ended.stdout, ended.stderr);
    }
    let before = std::fs::read_to_string(file).unwrap();
    let ended =
        run(&["set", file, "notify.channels.desk.url=https://discord.com/api/webhooks/1/canary-of-path"]);
    assert!(ended.code != 0 && ended.stderr.contains("safety::inline_secret"), "{}", ended.stderr);
    assert_eq!(std::fs::read_to_string(file).unwrap(), before);
}

#[test]
fn why_a_message_does_not_arrive_in_words() {
    let channel = || "desk".to_owned();
    let io = || std::io::Error::other("what the system said");
    let unreachable = |source| NotifyError::Unreachable { channel: channel(), source };
    let errors = [
        unreachable(SendError::Unreachable { source: io().into() }),
        unreachable(SendError::Timeout { timeout: std::time::Duration::from_secs(10) }),
        NotifyError::Busy { channel: channel(), status: 429 },
        NotifyError::Redirected { channel: channel(), status: 302 },
        NotifyError::BadAddress { channel: channel(), reason: "it does not begin with https:// or http://" },
        NotifyError::NoAuthorities { channel: channel() },
        NotifyError::GivenUp { channel: channel(), count: 3, because: "too many waited" },
        NotifyError::Unreadable { file: "/state/notify-paper.json".into(), source: io() },
        NotifyError::NotKept { file: "/state/notify-paper.json".into(), source: io() },
        NotifyError::NoChannel { playbook: "paper".into() },
        NotifyError::UnknownChannel { channel: "phone".into(), declared: "desk, chat".into() },
    ];
    let told = errors.iter().map(|error| {
        let why = Diagnosis::of(error);
        let causes = why.causes.join(": ");
        format!("{}\n  {}\n  {causes}\n  help: {}\n", why.code, why.message, why.help.expect("a next step"))
    });
    insta::assert_snapshot!("notify_errors", told.collect::<Vec<_>>().join("\n"));
}
