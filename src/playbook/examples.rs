//! Examples for the places of the schema where a person wonders what to write.

/// A place in the schema, and values in JSON that are valid there.
type Example = (&'static str, &'static [&'static str]);

/// Every example that the published schema shows.
pub(super) const EXAMPLES: &[Example] = &[
    ("/properties/name", &[r#""paper""#]),
    ("/properties/description", &[r#""Gateway up, API ready, bot in Strategy C, dry run.""#]),
    ("/properties/within", &[r#""30m""#, r#""1h30m""#]),
    ("/properties/include", &[r#"["common/gateway.yaml"]"#]),
    ("/properties/vars", &[r#"{"BOT_ID": "100"}"#]),
    ("/properties/env_file", &[r#"[".env"]"#]),
    ("/properties/matrix", &[r#"[{"id": "eu", "vars": {"PORT": "4012"}}]"#]),
    ("/properties/client_ids", &[r#"{"bot": 100, "monitor": 110}"#]),
    ("/definitions/ConnectionFormat/properties/address", &[r#""127.0.0.1:4002""#, r#""[::1]:4002""#]),
    ("/definitions/ConnectionFormat/properties/client_id", &["[100, 101, 102]"]),
    ("/definitions/ConnectionFormat/properties/timeout", &[r#""60s""#]),
    ("/definitions/ConnectionFormat/properties/ibc", &[r#""127.0.0.1:7462""#]),
    ("/definitions/StrategyFormat/properties/default", &[r#""C""#]),
    ("/definitions/EvidenceFormat/properties/log", &[r#""Strategy (\\w+) active""#]),
    ("/definitions/HttpEvidenceFormat/properties/url", &[r#""http://127.0.0.1:8080/status""#]),
    ("/definitions/HttpEvidenceFormat/properties/field", &[r#""/strategy""#]),
    ("/definitions/FileEvidenceFormat/properties/path", &[r#""/data/state.json""#]),
    ("/definitions/FileEvidenceFormat/properties/field", &[r#""/strategy""#]),
    ("/definitions/FileEvidenceFormat/properties/pattern", &[r#""strategy=(\\w+)""#]),
    ("/definitions/SafetyFormat/properties/accounts", &[r#"["DU*", "DF*"]"#]),
    (
        "/definitions/SafetyFormat/properties/env",
        &[r#"{"bot": {"DRY_RUN": "true", "TRADING_MODE": "paper"}}"#],
    ),
    (
        "/definitions/SafetyFormat/properties/absent",
        &[r#"[{"container": "bot", "path": "/data/gameplan.json"}]"#],
    ),
    ("/definitions/AbsentFormat/properties/path", &[r#""/data/gameplan.json""#]),
    ("/definitions/ContainerFormat/properties/image", &[r#""ghcr.io/gnzsnz/ib-gateway:10.37.1l""#]),
    ("/definitions/ContainerFormat/properties/entrypoint", &[r#"["/usr/bin/tini", "--"]"#]),
    ("/definitions/ContainerFormat/properties/command", &[r#"["python", "-m", "bot"]"#]),
    ("/definitions/ContainerFormat/properties/user", &[r#""1000:1000""#]),
    ("/definitions/ContainerFormat/properties/ports", &[r#"["127.0.0.1:4002:4004"]"#]),
    ("/definitions/ContainerFormat/properties/volumes", &[r#"["./data:/data:ro"]"#]),
    ("/definitions/ContainerFormat/properties/stop_grace", &[r#""90s""#]),
    ("/definitions/ContainerFormat/properties/hold_until", &[r#"["api", "safety"]"#]),
    (
        "/definitions/HealthCheckFormat/properties/test",
        &[r#"["/openbell", "probe", "--address", "127.0.0.1:4002"]"#],
    ),
    ("/definitions/Step/properties/id", &[r#""gateway""#]),
    ("/definitions/Step/properties/when", &[r#""steps.gateway.changed""#]),
    ("/definitions/Step/properties/within", &[r#""90s""#, r#""5m""#]),
    ("/definitions/Exec/properties/command", &[r#"["python", "-c", "print(1)"]"#]),
    ("/definitions/Log/properties/contains", &[r#""Defaulting to Strategy C""#]),
    ("/definitions/HttpAnswer/properties/url", &[r#""http://127.0.0.1:8080/health""#]),
    ("/definitions/HttpAnswer/properties/json", &[r#"{"/status": "ok"}"#]),
    ("/definitions/Stable/properties/for", &[r#""5m""#]),
];
