//! `image`: the image a container needs is on this machine, built from its context when the playbook says how.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Ahead, Attempt, Scope, Stack, container_state, differences};
use crate::diagnosis::Failure;
use crate::event::{Change, Doing, Facts, Foreseen};
use crate::ports::docker::{DockerError, ImageBuild};

/// Label that holds the digest of the context an image was built from.
pub const CONTEXT_LABEL: &str = "openbell.context";

/// Label that holds the name of the playbook an image was built for.
pub const BUILT_FOR_LABEL: &str = "openbell.built-for";

/// Makes sure that a container's image is present. With `build` it is built when there is none or when its context
/// (the files, openbell's own binary included) has changed. Images are never pulled: a boot must not change versions.
///
/// Without `within`: 10 minutes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// The container whose image is meant, as named under `containers`.
    pub container: String,
}

impl Attempt for Image {
    fn patience(&self, _: &Stack) -> Duration {
        Duration::from_mins(10)
    }

    fn container(&self) -> Option<&str> {
        Some(&self.container)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        let item = container_state::declared(scope, &self.container)?;
        let docker = &scope.world.docker;
        let name = &item.spec.image;
        if let Some(build) = &item.build {
            let context = scope.world.files.context(build)?;
            let present = docker.image(name).await?;
            let built_from = present.as_ref().and_then(|image| image.labels.get(CONTEXT_LABEL));
            if built_from != Some(&context.digest) {
                let why = if present.is_some() { "rebuilt: its context changed" } else { "built" };
                // Not the labels of the stack: containers inherit an image's labels, and theirs say who made them.
                let labels = BTreeMap::from([
                    (CONTEXT_LABEL.to_owned(), context.digest.clone()),
                    (BUILT_FOR_LABEL.to_owned(), scope.stack.name.clone()),
                ]);
                docker.build(ImageBuild { name: name.clone(), context, labels }).await?;
                scope.notes.changed(format!("image {name} {why}"));
            }
        }
        let image = docker.image(name).await?.ok_or_else(|| DockerError::NoImage { image: name.clone() })?;
        let mut facts = Facts::new();
        facts.insert("image".to_owned(), name.clone().into());
        facts.insert("image_digest".to_owned(), image.digest().into());
        Ok(facts)
    }

    async fn preview(&self, scope: &Scope<'_>, ahead: &mut Ahead) -> Result<Foreseen, Failure> {
        let item = container_state::declared(scope, &self.container)?;
        let name = &item.spec.image;
        let object = format!("image {name}");
        let present = scope.world.docker.image(name).await?;
        let Some(build) = &item.build else {
            present.ok_or_else(|| DockerError::NoImage { image: name.clone() })?;
            return Ok(Foreseen::Unchanged { object });
        };
        let context = scope.world.files.context(build)?.digest;
        let built_from = present.as_ref().and_then(|image| image.labels.get(CONTEXT_LABEL));
        if built_from == Some(&context) {
            return Ok(Foreseen::Unchanged { object });
        }
        ahead.built(name, scope.step);
        let now = built_from.map(|digest| differences::short(digest)).unwrap_or_default();
        let (what, differences) = if present.is_none() {
            (Doing::Build, Vec::new())
        } else {
            let differs = differences::differs("build context", now, differences::short(&context));
            (Doing::Rebuild, vec![differs])
        };
        Ok(Foreseen::Change { changes: vec![Change { what, object, differences }], note: None })
    }
}
