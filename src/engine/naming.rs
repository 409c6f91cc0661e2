//! The names under which Compose runs what the playbook leaves to it: known by labels, not by what Compose would call them.

use std::borrow::Cow;

use crate::playbook::Plan;
use crate::ports::World;
use crate::steps::compose_labels;

/// The plan with the containers of Compose's under the names that they have now. Without an engine to ask they are called
/// what Compose calls them; a start then refuses what turns out to have another name.
pub async fn named<'a>(plan: &'a Plan, world: &World) -> Cow<'a, Plan> {
    let mut named = Cow::Borrowed(plan);
    for (key, item) in &plan.stack.containers {
        if let Ok(Some(container)) = compose_labels::elsewhere(world, item).await
            && let Some(item) = named.to_mut().stack.containers.get_mut(key)
        {
            item.spec.name = container.name;
        }
    }
    named
}
