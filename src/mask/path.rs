//! Paths into documents: what a step must be, and any number of steps between.

/// A path that a rule names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path<W>(Vec<Wanted<W>>);

/// What a step must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted<W> {
    /// This.
    Step(W),
    /// Any number of steps, or none.
    AnyDepth,
}

/// Most steps of a path.
const STEPS_MAX: usize = 64;

impl<W> Path<W> {
    /// A path of these steps; `None` if there are too many.
    pub(super) fn of(steps: Vec<Wanted<W>>) -> Option<Path<W>> {
        (steps.len() <= STEPS_MAX).then_some(Path(steps))
    }

    /// Whether it leads to a value, or to one that this is in.
    ///
    /// What is between two of any depth is looked for from the outside: found there, it leaves most for what follows.
    pub(super) fn leads_to<S>(&self, path: &[S], fits: impl Fn(&W, &S) -> bool) -> bool {
        let begins = |wanted: &[Wanted<W>], at: usize| {
            let fits = |(wanted, step): (&Wanted<W>, &S)| matches!(wanted, Wanted::Step(wanted) if fits(wanted, step));
            path.get(at..at + wanted.len())
                .is_some_and(|steps| wanted.iter().zip(steps).all(fits))
        };
        let mut parts = self.0.split(|step| matches!(step, Wanted::AnyDepth));
        let first = parts.next().unwrap_or_default();
        let mut at = first.len();
        begins(first, 0)
            && parts.all(|part| match (at..=path.len()).find(|&from| begins(part, from)) {
                Some(from) => {
                    at = from + part.len();
                    true
                }
                None => false,
            })
    }
}
