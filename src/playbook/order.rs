//! Which step of a list waits for which: what it `needs`, else every step before it.

use std::collections::{BTreeMap, HashMap};

use super::Step;

/// The order of one list of steps.
pub(super) struct Order<'a> {
    steps: &'a [Step],
    /// For each step the places of those that it waits for; what follows from others is left out.
    after: Vec<Vec<usize>>,
    /// For each step its place in an order that works; nothing when there is none.
    ranks: Vec<usize>,
}

/// How far a search has come with a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    Done,
}

impl<'a> Order<'a> {
    /// The order of these steps. Names under `needs` that are no step's, or the step's own, are left out.
    pub(super) fn of(steps: &'a [Step]) -> Self {
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (place, step) in steps.iter().enumerate() {
            places.entry(&step.id).or_insert(place);
        }
        // A step without `needs` waits for all before it, so nothing before it has to be waited for again.
        let mut barrier = 0;
        let mut after = Vec::with_capacity(steps.len());
        for (here, step) in steps.iter().enumerate() {
            if let Some(needs) = &step.needs {
                let known = needs.iter().filter_map(|id| places.get(id.as_str()).copied());
                after.push(known.filter(|place| *place != here).collect());
            } else {
                after.push((barrier..here).collect());
                barrier = here;
            }
        }
        let mut order = Self { steps, after, ranks: Vec::new() };
        let (sorted, loops) = order.sorted();
        if loops.is_empty() {
            order.ranks = vec![0; steps.len()];
            for (rank, place) in sorted.into_iter().enumerate() {
                order.ranks[place] = rank;
            }
        }
        order
    }

    /// For each step the places of those that it waits for.
    pub(super) fn after(self) -> Vec<Vec<usize>> {
        self.after
    }

    /// The places of the steps that one waits for; what follows from others is left out.
    pub(super) fn waits_for(&self, place: usize) -> &[usize] {
        &self.after[place]
    }

    /// Whether one step is done before another starts.
    pub(super) fn is_before(&self, first: usize, then: usize) -> bool {
        let rank = |place: usize| self.ranks.get(place).copied().unwrap_or(usize::MAX);
        let mut seen = vec![false; self.steps.len()];
        let mut open = vec![then];
        while let Some(here) = open.pop() {
            if self.steps[here].needs.is_none() && first < here {
                return true;
            }
            for next in &self.after[here] {
                if *next == first {
                    return true;
                }
                // What comes earlier in an order that works does not wait for the first.
                if rank(*next) >= rank(first) && !std::mem::replace(&mut seen[*next], true) {
                    open.push(*next);
                }
            }
        }
        false
    }

    /// The steps so that each stands behind those that it waits for, and the loops of those that wait for each other:
    /// each step of a loop waits for the next, the last one for the first.
    pub(super) fn sorted(&self) -> (Vec<usize>, Vec<Vec<usize>>) {
        let mut marks = vec![Mark::New; self.steps.len()];
        let (mut sorted, mut loops) = (Vec::with_capacity(self.steps.len()), Vec::new());
        for root in 0..self.steps.len() {
            if marks[root] != Mark::New {
                continue;
            }
            marks[root] = Mark::Open;
            let mut path = vec![(root, 0)];
            while let Some((here, edge)) = path.last_mut() {
                let Some(next) = self.after[*here].get(*edge).copied() else {
                    marks[*here] = Mark::Done;
                    sorted.push(*here);
                    path.pop();
                    continue;
                };
                *edge += 1;
                match marks[next] {
                    Mark::New => {
                        marks[next] = Mark::Open;
                        path.push((next, 0));
                    }
                    Mark::Open => {
                        let from = path.iter().position(|(place, _)| *place == next).unwrap_or(0);
                        loops.push(turned(path[from..].iter().map(|(place, _)| *place).collect()));
                    }
                    Mark::Done => {}
                }
            }
        }
        (sorted, distinct(loops))
    }
}

/// The same loop, beginning with the step that stands first in the file.
fn turned(mut steps: Vec<usize>) -> Vec<usize> {
    let first = steps.iter().enumerate().min_by_key(|(_, place)| **place).map_or(0, |(at, _)| at);
    steps.rotate_left(first);
    steps
}

/// The shortest loop for each step that one begins with: longer ones through the same step are mended with it.
fn distinct(loops: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let mut shortest: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for found in loops {
        let Some(first) = found.first().copied() else { continue };
        match shortest.get(&first) {
            Some(known) if known.len() <= found.len() => {}
            _ => drop(shortest.insert(first, found)),
        }
    }
    shortest.into_values().collect()
}
