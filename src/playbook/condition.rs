//! The condition of a step: an expression over the playbook's variables and the steps that came before.
//!
//! Owns the expression language (minijinja's, strict about what is not defined) and what an expression may name. Whether
//! the names mean something in a playbook is `check`'s; when a condition is asked is the engine's.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;
use std::sync::LazyLock;

use miette::Diagnostic;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior, filters, tests};
use thiserror::Error;

use crate::diagnosis::{Explain, Pace};

mod words;

pub(super) use words::{Named, Reference};

/// What an expression can be checked against; the names are those of the tests and filters below.
static LANGUAGE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_debug(true);
    environment.add_filter("default", filters::default);
    environment.add_filter("float", filters::float);
    environment.add_filter("int", filters::int);
    environment.add_filter("length", filters::length);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("upper", filters::upper);
    environment.add_test("defined", tests::is_defined);
    environment.add_test("undefined", tests::is_undefined);
    environment.add_test("startingwith", tests::is_startingwith);
    environment.add_test("endingwith", tests::is_endingwith);
    environment
});

/// The filters an expression may use.
const FILTERS: &[&str] = &["default", "float", "int", "length", "lower", "trim", "upper"];

/// The tests an expression may use after `is`.
const TESTS: &[&str] = &["defined", "endingwith", "startingwith", "undefined"];

/// Bytes in an expression. People write a line; the parser goes down once for each word of a chain.
const LONGEST: usize = 1000;

/// An expression that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    text: String,
    references: Vec<Reference>,
}

/// A step as conditions see it.
#[derive(Clone, Debug, PartialEq)]
pub struct StepSeen {
    /// `passed`, `failed`, `skipped` or `interrupted`.
    pub outcome: &'static str,
    /// Whether it changed something.
    pub changed: bool,
    /// What it observed, by name.
    pub facts: serde_json::Map<String, serde_json::Value>,
}

impl Condition {
    /// Reads an expression.
    ///
    /// # Errors
    /// When it is no expression, or names something no condition can speak of.
    pub fn new(text: &str) -> Result<Self, ConditionError> {
        if text.len() > LONGEST {
            let expression = format!("{}…", text.chars().take(40).collect::<String>());
            let reason = format!("it is longer than {LONGEST} bytes");
            return Err(ConditionError::Syntax { expression, reason, at: None });
        }
        LANGUAGE.compile_expression(text).map_err(|error| syntax(text, &error))?;
        let references = words::references(text, FILTERS, TESTS)?;
        Ok(Self { text: text.to_owned(), references })
    }

    /// The expression as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it hangs on variables alone, so that it can be answered before any step.
    pub fn is_of_variables_alone(&self) -> bool {
        self.references.iter().all(|reference| reference.of != Named::Step)
    }

    /// The variables and steps it names.
    pub(super) fn references(&self) -> &[Reference] {
        &self.references
    }

    /// Whether the condition holds. A step that never came to its turn counts as skipped.
    ///
    /// # Errors
    /// When the expression needs something that is not there, such as a fact of a step that was skipped, or when its
    /// value is neither true nor false.
    pub fn holds(
        &self,
        variables: &BTreeMap<String, String>,
        steps: &BTreeMap<String, StepSeen>,
    ) -> Result<bool, ConditionError> {
        let expression = self.text.clone();
        let value = LANGUAGE
            .compile_expression(&self.text)
            .and_then(|compiled| compiled.eval(self.context(variables, steps)))
            .map_err(|error| ConditionError::Value {
                expression: expression.clone(),
                reason: reason(&error),
            })?;
        bool::try_from(value.clone())
            .ok()
            .filter(|_| value.kind() == minijinja::value::ValueKind::Bool)
            .ok_or_else(|| ConditionError::NotBool { expression, kind: value.kind().to_string() })
    }

    /// What the expression is evaluated over: each step that it names, under the name that it uses.
    fn context(&self, variables: &BTreeMap<String, String>, steps: &BTreeMap<String, StepSeen>) -> Value {
        let mut named = serde_json::Map::new();
        for reference in self.references.iter().filter(|reference| reference.of == Named::Step) {
            let seen = steps.iter().find(|(id, _)| *id == &reference.name);
            let seen = seen.or_else(|| steps.iter().find(|(id, _)| reference.means(id)));
            let (outcome, changed, facts) = seen.map_or_else(
                || ("skipped", false, serde_json::Map::new()),
                |(_, step)| (step.outcome, step.changed, step.facts.clone()),
            );
            let step = serde_json::json!({ "outcome": outcome, "changed": changed, "facts": facts });
            named.insert(reference.name.clone(), step);
        }
        Value::from(Serde(serde_json::json!({ "vars": variables, "steps": named })))
    }
}

/// Why there is no answer from a condition.
#[derive(Clone, Debug, PartialEq, Eq, Error, Diagnostic)]
pub enum ConditionError {
    /// It is no expression.
    #[error("`{expression}` is no condition: {reason}")]
    #[diagnostic(
        code(playbook::when_syntax),
        help("such as steps.gateway.changed, vars.region == \"eu\", not (steps.api.outcome == \"passed\")")
    )]
    Syntax {
        /// As written.
        expression: String,
        /// What is wrong with it.
        reason: String,
        /// Where in it, in bytes.
        at: Option<Range<usize>>,
    },
    /// It names something that no condition can speak of.
    #[error("`{expression}` is no condition: {reason}")]
    #[diagnostic(code(playbook::when_name), help("{advice}"))]
    Name {
        /// As written.
        expression: String,
        /// What is wrong with it.
        reason: String,
        /// What to write instead.
        advice: String,
        /// Where in it, in bytes.
        at: Range<usize>,
    },
    /// It cannot be worked out.
    #[error("`{expression}` has no answer: {reason}")]
    #[diagnostic(
        code(step::when),
        help(
            "a step that was skipped has no facts: ask for its outcome first, such as steps.api.outcome == \"passed\" and …, or write … | default(0)"
        )
    )]
    Value {
        /// As written.
        expression: String,
        /// Why not.
        reason: String,
    },
    /// Its value is neither true nor false.
    #[error("`{expression}` is a {kind}, neither true nor false")]
    #[diagnostic(code(step::when), help("compare it, such as vars.region == \"eu\""))]
    NotBool {
        /// As written.
        expression: String,
        /// The kind of its value.
        kind: String,
    },
}

impl Explain for ConditionError {
    fn again(&self) -> Option<Pace> {
        None
    }
}

impl ConditionError {
    /// Where in the expression, in bytes.
    pub(super) fn at(&self) -> Option<Range<usize>> {
        match self {
            Self::Syntax { at, .. } => at.clone(),
            Self::Name { at, .. } => Some(at.clone()),
            Self::Value { .. } | Self::NotBool { .. } => None,
        }
    }
}

fn syntax(text: &str, error: &minijinja::Error) -> ConditionError {
    let at = error.range().filter(|at| at.end <= text.len() && text.get(at.clone()).is_some());
    ConditionError::Syntax { expression: text.to_owned(), reason: reason(error), at }
}

/// What minijinja says, without its talk of templates.
fn reason(error: &minijinja::Error) -> String {
    let mut text = error.kind().to_string();
    if let Some(detail) = error.detail() {
        // Writing to a string cannot fail.
        let _ = write!(text, ", {detail}");
    }
    text
}
