//! From states to a score of 0 to 100 and a grade.

use super::check::{State, Weight};

/// The most that an instance may have with a failed check of highest and of high weight.
const CRITICAL_CAP: f64 = 49.0;
const HIGH_CAP: f64 = 79.0;
/// Least scores of the grades.
const GRADES: [(i64, &str); 4] = [(90, "A"), (70, "B"), (50, "C"), (0, "D")];

/// A score and its grade.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Score {
    pub points: i64,
    pub grade: &'static str,
}

fn value(state: State) -> Option<f64> {
    match state {
        State::Pass => Some(1.0),
        State::Warn | State::AcceptedRisk => Some(0.5),
        State::Fail | State::Unknown => Some(0.0),
        State::NotApplicable => None,
    }
}

/// 100 times the weighted mean of the checks that apply, capped by failures that nothing makes up for.
pub fn score(checks: impl Iterator<Item = (Weight, State)> + Clone) -> Score {
    let (mut reached, mut whole) = (0.0, 0.0);
    for (weight, state) in checks.clone() {
        if let Some(value) = value(state) {
            reached += f64::from(weight as u8) * value;
            whole += f64::from(weight as u8);
        }
    }
    let fails = |weight: Weight| checks.clone().any(|check| check == (weight, State::Fail));
    let cap = match (fails(Weight::Critical), fails(Weight::High)) {
        (true, _) => CRITICAL_CAP,
        (false, true) => HIGH_CAP,
        (false, false) => 100.0,
    };
    let points = if whole > 0.0 { (100.0 * reached / whole).min(cap).floor() as i64 } else { 0 };
    let grade = GRADES.iter().find(|(least, _)| points >= *least).map_or("D", |(_, grade)| *grade);
    Score { points, grade }
}

#[cfg(test)]
mod tests {
    use super::*;
    use State::*;
    use Weight::*;

    fn of(checks: &[(Weight, State)]) -> (i64, &'static str) {
        let score = score(checks.iter().copied());
        (score.points, score.grade)
    }

    #[test]
    fn values_are_weighted_over_what_applies() {
        assert_eq!(of(&[(Critical, Pass), (Low, Pass)]), (100, "A"));
        assert_eq!(of(&[(Critical, Pass), (High, NotApplicable)]), (100, "A"));
        assert_eq!(of(&[(Critical, Pass), (Medium, Fail)]), (83, "B"));
        assert_eq!(of(&[(High, Pass), (High, Warn)]), (75, "B"));
        assert_eq!(of(&[(High, Pass), (High, AcceptedRisk)]), (75, "B"));
        assert_eq!(of(&[(High, Pass), (High, Unknown)]), (50, "C"));
        assert_eq!(of(&[]), (0, "D"));
    }

    #[test]
    fn failures_that_matter_cap_the_grade() {
        let many: Vec<(Weight, State)> = vec![(Critical, Pass); 20];
        let with = |more: (Weight, State)| of(&[many.as_slice(), &[more]].concat());
        assert_eq!(with((Critical, Fail)), (49, "D"));
        assert_eq!(with((High, Fail)), (79, "B"));
        assert_eq!(with((Critical, Unknown)), (95, "A"));
        assert_eq!(with((Medium, Fail)), (99, "A"));
    }
}
