//! The containers of a playbook as services, so that the same rules look at them.
//!
//! Those that name a service of a compose file stand there. What only a run knows, such as a variable of the playbook, is
//! left out.

use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::compose::{At, Build, HealthCheck, Origin, Place, Port, Project, Service, Source, Test, Variable};
use crate::document::{Places, escaped};
use crate::period::Period;

/// What a playbook means without `stop_grace`.
const STOP_GRACE: Duration = Duration::from_secs(30);

/// The project that the containers of a playbook make.
pub(super) fn project(path: &Path, text: &str, value: &Value, places: &Places) -> Project {
    let services = value["containers"].as_object().into_iter().flatten();
    let services = services.filter(|(_, container)| container["compose"].is_null());
    let services = services.filter_map(|(name, container)| {
        let reader = Reader { places, pointer: format!("/containers/{}", escaped(name)) };
        Some(reader.service(name, container.as_object()?))
    });
    Project {
        name: value["name"].as_str().unwrap_or_default().to_owned(),
        services: services.collect(),
        sources: vec![Source { path: path.to_owned(), text: text.to_owned() }],
        ..Project::default()
    }
}

struct Reader<'a> {
    places: &'a Places,
    pointer: String,
}

impl Reader<'_> {
    fn place(&self, below: &str) -> Place {
        Place { source: 0, span: self.places.find(&format!("{}{below}", self.pointer)) }
    }

    fn at<T>(&self, value: T, below: &str) -> At<T> {
        At { value, place: self.place(below) }
    }

    fn text(&self, container: &Map<String, Value>, key: &str) -> Option<At<String>> {
        Some(self.at(plain(container.get(key)?)?, &format!("/{key}")))
    }

    fn words(&self, container: &Map<String, Value>, key: &str) -> Option<At<Vec<String>>> {
        Some(self.at(list(container.get(key)?), &format!("/{key}")))
    }

    fn service(&self, name: &str, container: &Map<String, Value>) -> Service {
        let build = container.get("build").map(|_| Build { place: self.place("/build"), ..Build::default() });
        let grace = match container.get("stop_grace") {
            None => Some(self.at(STOP_GRACE, "")),
            Some(written) => plain(written)
                .and_then(|text| text.parse::<Period>().ok())
                .map(Period::get)
                .or(Some(Duration::MAX))
                .map(|grace| self.at(grace, "/stop_grace")),
        };
        Service {
            name: name.to_owned(),
            place: self.place(""),
            enabled: true,
            image: self.text(container, "image"),
            build,
            container_name: self.text(container, "container_name"),
            command: self.words(container, "command"),
            entrypoint: self.words(container, "entrypoint"),
            environment: self.environment(container),
            ports: self.ports(container),
            healthcheck: self.health(container),
            stop_grace_period: grace,
            restart: self.text(container, "restart"),
            ..Service::default()
        }
    }

    fn environment(&self, container: &Map<String, Value>) -> Vec<Variable> {
        let variables = container.get("env").and_then(Value::as_object).into_iter().flatten();
        let variables = variables.filter_map(|(name, value)| {
            let value = match value {
                // Where a secret is kept stands there, so it is not blank.
                Value::Object(_) => "secret".to_owned(),
                other => plain(other)?,
            };
            let place = self.place(&format!("/env/{}", escaped(name)));
            Some(Variable { name: name.clone(), value: Some(value), place, origin: Origin::Written })
        });
        variables.collect()
    }

    fn ports(&self, container: &Map<String, Value>) -> Vec<Port> {
        let ports = container.get("ports").and_then(Value::as_array).into_iter().flatten().enumerate();
        let port = |(index, port): (usize, &Value)| {
            let text = plain(port)?;
            let (rest, target) = text.rsplit_once(':')?;
            let (host, published) = rest.rsplit_once(':').unwrap_or(("127.0.0.1", rest));
            Some(Port {
                host_ip: Some(host.trim_matches(['[', ']']).to_owned()),
                published: Some(published.to_owned()),
                target: target.parse().ok()?,
                protocol: "tcp".to_owned(),
                place: self.place(&format!("/ports/{index}")),
            })
        };
        ports.filter_map(port).collect()
    }

    fn health(&self, container: &Map<String, Value>) -> Option<HealthCheck> {
        let test = list(container.get("healthcheck")?.get("test")?);
        Some(HealthCheck {
            test: Some(Test::Command(test)),
            place: self.place("/healthcheck"),
            test_place: self.place("/healthcheck/test"),
            ..HealthCheck::default()
        })
    }
}

/// A text, number or truth value as text, but for one with a variable in it.
fn plain(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => return None,
    };
    (!text.contains("${")).then_some(text)
}

fn list(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
