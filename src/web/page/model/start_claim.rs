//! Which of several embeds of a site computes: the one that was started last. Every start is announced with its time and a random token, so
//! that of two simultaneous ones both know the same winner, and never pause each other.

/// A start: its time, then, for equal times, its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StartClaim {
    /// Milliseconds since 1970.
    pub milliseconds: u64,
    /// A random number.
    pub token: u32,
}

/// The beginning of an announcement.
const STARTED: &str = "started";

impl StartClaim {
    /// The announcement of a start.
    #[must_use]
    pub fn to_text(self) -> String {
        format!("{STARTED} {} {}", self.milliseconds, self.token)
    }

    /// Reads an announcement; `None` for anything else. One without time and token is of an earlier build: it counts as the last one.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(STARTED)?;
        if rest.is_empty() {
            return Some(Self { milliseconds: u64::MAX, token: u32::MAX });
        }
        let (milliseconds, token) = rest.strip_prefix(' ')?.split_once(' ')?;
        Some(Self { milliseconds: milliseconds.parse().ok()?, token: token.parse().ok()? })
    }
}
