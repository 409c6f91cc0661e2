//! Two stacks that one run brings up side by side.

use crate::support::oracle;
use crate::support::stack::{Stack, free_port};

/// The playbook of both.
pub(super) const MATRIX: &str = "matrix.yaml";

/// The two, of which nothing is there yet; removed at the end.
pub(super) struct Pair([Stack; 2]);

impl Pair {
    /// Two of the usual kind, beside it.
    pub(super) fn of(stack: &Stack) -> Self {
        let pair = ["a", "b"].map(|id| Stack {
            name: format!("{}-{id}", stack.name),
            port: free_port(),
            directory: tempfile::tempdir().unwrap(),
            engine: None,
        });
        let text = std::fs::read_to_string(stack.directory.path().join("playbook.yaml")).unwrap();
        let name = format!("name: {}\n", stack.name);
        let matrix = format!(
            "{name}matrix: [ {{ id: a, vars: {{ P: \"{}\" }} }}, {{ id: b, vars: {{ P: \"{}\" }} }} ]\n",
            pair[0].port, pair[1].port
        );
        stack.write(MATRIX, &text.replace(&name, &matrix).replace(&stack.port.to_string(), "${P}"));
        Self(pair)
    }

    /// Of neither a bot runs that is not proven.
    pub(super) fn judge(&self) -> Result<(bool, String), String> {
        let mut running = false;
        for stack in &self.0 {
            let (proven, runs) = oracle::bot(stack);
            proven.map_err(|wrong| format!("{}: {wrong}", stack.name))?;
            running |= runs;
        }
        Ok((running, "a matrix".to_owned()))
    }

    /// The next run brings both up.
    pub(super) fn converges(self, stack: &Stack) -> Result<(), String> {
        let ended = stack.openbell(&["run", MATRIX]);
        let whole = self.0.iter().all(|stack| oracle::bot(stack) == (Ok(()), true));
        if ended.code == 0 && whole { Ok(()) } else { Err(format!("the matrix: {}", ended.stderr)) }
    }
}
