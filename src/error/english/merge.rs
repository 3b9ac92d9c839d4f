//! The messages about results files that cannot be merged, which only the command line shows.

use crate::error::MergeError;
use std::fmt::{Display, Formatter, Result};

/// Most missing runs that are named.
const NAMED: usize = 5;

impl std::error::Error for MergeError {}

impl Display for MergeError {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Nothing => f.write_str("expected results files, got none"),
            Self::Whole { file } => write!(f, "{file}: expected the results of a shard, got those of all runs"),
            Self::Unfinished { file, step } => {
                write!(f, "{file}: expected finished runs, got some that end at step {step}")
            }
            Self::Other { file, expected, got } => {
                write!(f, "{file}: expected a shard of the first file's experiment, {expected}, got one of {got}")
            }
            Self::Repeated { file, variant, seed } => {
                write!(f, "{file}: expected other runs than in the files before, got {variant} with seed {seed} again")
            }
            Self::Missing { runs } => {
                let named = runs.iter().take(NAMED).map(|(variant, seed)| format!("{variant} with seed {seed}"));
                let named = named.collect::<Vec<_>>().join(", ");
                let more = runs.len().saturating_sub(NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                write!(f, "expected all runs of the experiment, got all but {named}{more}")
            }
        }
    }
}
