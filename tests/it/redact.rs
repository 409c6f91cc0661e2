//! What is hidden: declared secrets in whatever letters, and what is one by its shape.

use openbell::redact::Redactor;

#[track_caller]
fn is(text: &str, expected: &str) {
    assert_eq!(Redactor::default().text(text), expected, "{text}");
}

#[test]
fn the_whole_value_of_an_authorization_goes() {
    is("Authorization: Bearer abc.def-123", "Authorization: ***");
    is("authorization: Basic dXNlcjpwYXNz", "authorization: ***");
    is("proxy-authorization=Basic dXNlcjpwYXNz, more", "proxy-authorization=***");
    is("curl -H 'Authorization: token 0123' http://db/", "curl -H 'Authorization: ***' http://db/");
    is(r#"{"authorization": "Bearer abc def", "a": 1}"#, r#"{"authorization": "***", "a": 1}"#);
    is(r#"{\"Authorization\":\"Bearer abc\",\"a\":1}"#, r#"{\"Authorization\":\"***\",\"a\":1}"#);
    is("Authorization: Digest username=\"bot\", response=\"0f\"\nnext", "Authorization: ***\nnext");
    is("sent Bearer 0123456789abcdef01 twice", "sent Bearer *** twice");
    is("basic authentication failed", "basic authentication failed");
    is("authorization failed", "authorization failed");
}

#[test]
fn passwords_in_addresses_go_and_addresses_stay() {
    is("mysql://root:s3cret@db:3306/desk", "mysql://root:***@db:3306/desk");
    is("redis://:pw@cache", "redis://:***@cache");
    is("amqp://a:p@ss@host/", "amqp://a:***@host/");
    is("https://0123456789abcdef01@example.org/1", "https://***@example.org/1");
    is("ssh://git@example.org/desk", "ssh://git@example.org/desk");
    is("http://127.0.0.1:4002/status", "http://127.0.0.1:4002/status");
    is("https://discord.com/api/webhooks/1/abc", "https://discord.com/api/webhooks/***");
}

#[test]
fn tokens_and_pins_go_by_their_shape() {
    // Put together here: whoever looks for tokens in sources should not find these.
    let eyj = format!("{}.{}.sig-natu_re", "eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxIn0");
    is(&format!("sent {eyj} to it"), "sent *** to it");
    for (start, rest) in [
        ("sk-", "proj-0123456789abcdef"),
        ("ghp_", "0123456789abcdefghijABCDEFGHIJ012345"),
        ("xoxb-", "1234567890-abcdef"),
        ("AKIA", "ABCDEFGHIJKLMNOP"),
    ] {
        is(&format!("with {start}{rest}, again"), "with ***, again");
    }
    is("CARD_PIN=1234 DESK.PIN: \"12 34\" pin=1", "CARD_PIN=*** DESK.PIN: *** pin=***");
    is("spin=1 mapping=2 disk-0123456789abcdefgh", "spin=1 mapping=2 disk-0123456789abcdefgh");
    is("TWS_PASSWORD_FILE=/run/secrets/tws", "TWS_PASSWORD_FILE=/run/secrets/tws");
}

#[test]
fn a_declared_secret_goes_in_any_letters() {
    let secret = "say \"hé\"/\\ +1 twice";
    let redactor = Redactor::new([secret.to_owned()]);
    for form in [
        secret,
        r#"say \"hé\"/\\ +1 twice"#,
        r#"say \"h\u00e9\"/\\ +1 twice"#,
        r#"say \\\"hé\\\"/\\\\ +1 twice"#,
        "say%20%22h%C3%A9%22%2F%5C%20%2B1%20twice",
        "say%20%22h%c3%a9%22%2f%5c%20%2b1%20twice",
        "say+%22h%C3%A9%22%2F%5C+%2B1+twice",
        "say%20%22h%C3%A9%22/%5C%20%2B1%20twice",
        "c2F5ICJow6kiL1wgKzEgdHdpY2U",
        "736179202268c3a9222f5c202b31207477696365",
        "736179202268C3A9222F5C202B31207477696365",
    ] {
        assert_eq!(redactor.text(&format!("<{form}>")), "<***>", "{form}");
    }
    // Of padding nothing can be learned, and base64 of more than the secret holds it in the middle.
    let short = Redactor::new(["hunter2?".to_owned()]);
    assert_eq!(short.text("aHVudGVyMj8= aHVudGVyMj8 aHVudGVyMj8"), "*** *** ***");
    for (whole, part) in [("Ym90Omh1bnRlcjI_", "dW50ZXIy"), ("dXNlcjpodW50ZXIyPwo=", "bnRlcjI")] {
        assert!(!short.text(whole).contains(part), "{}", short.text(whole));
    }
    assert_eq!(Redactor::default().and("hunter2?").text("68756e746572323f"), "***");
    // The forms of a short one are too like other texts.
    assert_eq!(Redactor::new(["word".to_owned()]).text("word d29yZA 776f7264"), "*** d29yZA 776f7264");
}
