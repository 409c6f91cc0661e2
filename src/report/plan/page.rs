//! The page for people: a line for each step, the differences under it, and at the end what it comes to.

use console::{Style, StyledObject, truncate_str};

use super::PlanReport;
use crate::diagnosis::Diagnosis;
use crate::event::{
    Change, Counts, Difference, Doing, Facts, Foreseen, Now, Preview, Prospect, StepList, StepPreview,
};
use crate::report::console::known;
use crate::report::words;
use crate::visible::line as clean;

/// Characters of a value that are shown.
const LONGEST_VALUE: usize = 90;
/// Lines of evidence that are shown.
const MOST_EVIDENCE: usize = 5;
/// Where the text under a step begins.
const INDENT: &str = "      ";

pub(super) fn page(report: &PlanReport, colours: bool) -> String {
    let mut page = Page { text: String::new(), colours, width: 0 };
    for preview in &report.plans {
        page.plan(preview);
        page.line("");
    }
    if report.plans.len() > 1 {
        let name = page.bold(&report.playbook).to_string();
        let word = page.word(report.outcome).to_string();
        page.line(&format!("{name}, {} variants: {word}", report.plans.len()));
    } else {
        page.text.pop();
    }
    page.text
}

/// The page as far as it is written.
struct Page {
    text: String,
    colours: bool,
    /// Of the longest id.
    width: usize,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn style(&self, style: Style) -> Style {
        style.force_styling(self.colours)
    }

    fn bold<'a>(&self, text: &'a str) -> StyledObject<&'a str> {
        self.style(Style::new().bold()).apply_to(text)
    }

    fn dim<'a>(&self, text: &'a str) -> StyledObject<&'a str> {
        self.style(Style::new().dim()).apply_to(text)
    }

    fn word(&self, outcome: Prospect) -> StyledObject<&'static str> {
        let (style, word) = match outcome {
            Prospect::NotSafe => (Style::new().red().bold(), "NOT SAFE"),
            Prospect::NoEngine => (Style::new().red().bold(), "NO DOCKER ENGINE"),
            Prospect::Fails => (Style::new().red().bold(), "FAILS NOW"),
            Prospect::Pending => (Style::new().yellow().bold(), "CHANGES PENDING"),
            Prospect::Unchanged => (Style::new().green().bold(), "NOTHING TO CHANGE"),
        };
        self.style(style).apply_to(word)
    }

    fn plan(&mut self, preview: &Preview) {
        self.width =
            preview.steps.iter().map(|step| step.id.chars().count()).max().unwrap_or_default().min(24);
        self.line(&format!("{} {}", self.bold(&preview.playbook), clean(&preview.description)));
        self.line(&self.dim("what `run` would do now; nothing was changed to find out").to_string());
        let red = self.style(Style::new().red().bold());
        for found in &preview.not_safe {
            let name = &found.container;
            self.line(&format!(
                "  {} {} {}",
                red.apply_to("■"),
                red.apply_to(name),
                red.apply_to("runs against its safe state: `run` would stop it before the first step")
            ));
            self.diagnosis(&found.why, Style::new().red().bold());
        }
        let mut list = StepList::Steps;
        let mut stopped = false;
        for step in &preview.steps {
            if step.list != list {
                list = step.list;
                let title = if list == StepList::Finally { "finally" } else { "on_failure" };
                self.line(&format!("  {}", self.bold(title)));
            }
            if step.beyond.is_some() && !std::mem::replace(&mut stopped, true) {
                let end = "`run` would stop here. What follows is what it would come to otherwise:";
                self.line(&format!("  {} {}", red.apply_to("■"), red.apply_to(end)));
            }
            self.step(step);
        }
        let word = self.word(preview.outcome).to_string();
        self.line(&format!("{word}: {}", counted(preview.counts)));
    }

    fn step(&mut self, step: &StepPreview) {
        let (mark, style, verdict) = verdict(&step.foreseen, step.list);
        let style = self.style(if step.beyond.is_some() { Style::new().dim() } else { style });
        let verdict = format!("{verdict:11}");
        let told = told(step);
        let told = if step.beyond.is_some() { self.dim(&told).to_string() } else { told };
        let condition = |when: &String| self.dim(&format!("  if {}", clean(when))).to_string();
        let when = step.when.as_ref().map(condition).unwrap_or_default();
        self.line(&format!(
            "  {} {:width$}  {}  {told}{}",
            style.apply_to(mark),
            step.id,
            style.apply_to(verdict),
            when,
            width = self.width
        ));
        match &step.foreseen {
            Foreseen::Change { changes, note } => {
                self.changes(changes);
                if let Some(note) = note {
                    self.line(&format!("{INDENT}{}", self.dim(&clean(note))));
                }
            }
            Foreseen::DoesNotHold { why, changes, .. } | Foreseen::Refused { why, changes, .. } => {
                self.changes(changes);
                self.diagnosis(why, Style::new().bold());
            }
            Foreseen::Unknown { now: Some(now), .. } => self.now(now),
            _ => {}
        }
    }

    fn changes(&mut self, changes: &[Change]) {
        let differences: Vec<&Difference> = changes.iter().flat_map(|change| &change.differences).collect();
        let width = differences.iter().map(|one| one.what.chars().count()).max().unwrap_or_default();
        for difference in differences {
            let values = self.values(difference);
            self.line(&format!("{INDENT}  {:width$}  {values}", clean(&difference.what)));
        }
    }

    fn values(&self, difference: &Difference) -> String {
        let Difference { now, declared, hidden, .. } = difference;
        if *hidden {
            return self.dim("differs; not shown, as it may be secret").to_string();
        }
        if now.is_none() && declared.is_none() {
            return self.dim("differs from what it was made with").to_string();
        }
        let nothing = || "nothing".to_owned();
        let value = |value: &Option<String>| value.as_deref().map_or_else(nothing, shortened);
        let (red, green) = (self.style(Style::new().red()), self.style(Style::new().green()));
        format!("{} → {}", red.apply_to(value(now)), green.apply_to(value(declared)))
    }

    fn now(&mut self, now: &Now) {
        let line = match now {
            Now::Holds { facts } => format!("what is there now holds: {}", clean(&seen(facts))),
            Now::DoesNotHold { why } => {
                format!("what is there now does not hold: {} ({})", clean(&why.message), why.code)
            }
        };
        self.line(&format!("{INDENT}{}", self.dim(line.trim_end_matches(": "))));
    }

    fn diagnosis(&mut self, why: &Diagnosis, style: Style) {
        let (style, cyan) = (self.style(style), self.style(Style::new().cyan()));
        self.line(&format!("{INDENT}{} ({})", style.apply_to(clean(&why.message)), why.code));
        for cause in &why.causes {
            self.line(&format!("{INDENT}{} {}", self.dim("cause:"), clean(cause)));
        }
        for line in why.evidence.iter().take(MOST_EVIDENCE) {
            self.line(&format!("{INDENT}{} {}", self.dim("|"), truncate_str(&clean(line), 160, "…")));
        }
        if let Some(help) = &why.help {
            self.line(&format!("{INDENT}{} {}", cyan.apply_to("help:"), clean(help)));
        }
    }
}

/// Mark, colour and word of a verdict.
fn verdict(foreseen: &Foreseen, list: StepList) -> (&'static str, Style, &'static str) {
    let plain = Style::new;
    match foreseen {
        Foreseen::Unchanged { .. } => ("✓", plain().green(), "unchanged"),
        Foreseen::Adopt { .. } => ("✓", plain().green(), "adopt"),
        Foreseen::Holds { .. } => ("✓", plain().green(), "holds"),
        Foreseen::Change { changes, .. } => match changes.first().map(|change| change.what) {
            Some(Doing::Create) | None => ("+", plain().yellow(), "create"),
            Some(Doing::Start) => ("+", plain().yellow(), "start"),
            Some(Doing::Restart) => ("~", plain().yellow(), "restart"),
            Some(Doing::HoldBack) => ("~", plain().yellow(), "hold back"),
            Some(Doing::Build) => ("+", plain().yellow(), "build"),
            Some(Doing::Recreate) => ("~", plain().yellow(), "recreate"),
            Some(Doing::Rebuild) => ("~", plain().yellow(), "rebuild"),
        },
        Foreseen::DoesNotHold { waits: true, .. } => ("✗", plain().red().bold(), "not now"),
        Foreseen::DoesNotHold { .. } => ("✗", plain().red().bold(), "fails"),
        Foreseen::Refused { .. } => ("✗", plain().red().bold(), "refuse"),
        Foreseen::Skipped { .. } => ("–", plain().dim(), "skipped"),
        Foreseen::Unknown { .. } if list == StepList::OnFailure => ("?", plain().dim(), "would run"),
        Foreseen::Unknown { after: Some(_), now: None, .. } => ("?", plain().cyan(), "would wait"),
        Foreseen::Unknown { now: None, .. } => ("?", plain().cyan(), "not known"),
        Foreseen::Unknown { now: Some(_), .. } => ("?", plain().cyan(), "would check"),
        Foreseen::WouldRun { .. } => ("▸", plain().cyan(), "would run"),
        Foreseen::WouldWatch { .. } => ("▸", plain().cyan(), "would watch"),
    }
}

/// What a step's own line says after the verdict.
fn told(step: &StepPreview) -> String {
    let text = match &step.foreseen {
        Foreseen::Unchanged { object } => object.clone(),
        Foreseen::Adopt { object } => format!("{object}: made by somebody else, and as declared"),
        Foreseen::Change { changes, .. } => changes.iter().map(changed).collect::<Vec<_>>().join("; "),
        Foreseen::Holds { facts } => seen(facts),
        Foreseen::DoesNotHold { waits: true, .. } => {
            format!("`run` would wait for it for up to {}", words::limit(step.within_ms))
        }
        Foreseen::Refused { changes, .. } if !changes.is_empty() => {
            format!("after it had {}", changes.iter().map(done).collect::<Vec<_>>().join(" and "))
        }
        Foreseen::DoesNotHold { .. } | Foreseen::Refused { .. } => String::new(),
        Foreseen::Unknown { because, .. } if step.list == StepList::OnFailure => {
            format!("{} {because}", step.kind)
        }
        Foreseen::Unknown { because, .. } | Foreseen::Skipped { because } => because.clone(),
        Foreseen::WouldRun { what } => format!("{what}; not done in a plan"),
        Foreseen::WouldWatch { for_ms } => {
            format!("for {} that nothing drops or restarts", words::limit(*for_ms))
        }
    };
    clean(&text)
}

/// What was observed: the facts worth a line, else the log line that was looked for.
fn seen(facts: &Facts) -> String {
    let line = || facts.get("line").map(words::fact).unwrap_or_default();
    Some(known(facts)).filter(|known| !known.is_empty()).unwrap_or_else(line)
}

fn changed(change: &Change) -> String {
    let names: Vec<&str> = change.differences.iter().map(|one| one.what.as_str()).collect();
    match names.len() {
        _ if change.what == Doing::HoldBack => {
            format!("{} stopped before, back through its gate", change.object)
        }
        0 => change.object.clone(),
        1 => format!("{}, because {} differs", change.object, names[0]),
        _ => format!("{}, because {} differ", change.object, names.join(", ")),
    }
}

fn done(change: &Change) -> String {
    let verb = match change.what {
        Doing::Create => "created",
        Doing::Start => "tried to start",
        Doing::Recreate => "recreated",
        Doing::Restart => "restarted",
        Doing::HoldBack => "stopped",
        Doing::Build => "built",
        Doing::Rebuild => "rebuilt",
    };
    format!("{verb} {}", change.object)
}

fn counted(counts: Counts) -> String {
    let Counts { change, hold, unknown, fail } = counts;
    let fails = if fail == 1 { "1 fails now".to_owned() } else { format!("{fail} fail now") };
    let holds = if hold == 1 { "1 holds".to_owned() } else { format!("{hold} hold") };
    format!("{change} to change, {holds}, {unknown} cannot be known yet, {fails}")
}

fn shortened(value: &str) -> String {
    truncate_str(&clean(value), LONGEST_VALUE, "…").into_owned()
}
