//! How many cores train: a setting of the browser, not of the link, since results do not depend on it.

/// Most cores that are used without being asked for.
const MOST: usize = 8;
/// The same on phones and tablets, where more cores are slower ones that heat the device.
const MOST_IN_THE_HAND: usize = 2;

/// Number of cores if the visitor has chosen none: one is left to the page, but two are used where there are two.
#[must_use]
pub fn automatic(cores: usize, in_the_hand: bool) -> usize {
    let most = if in_the_hand { MOST_IN_THE_HAND } else { MOST };
    cores.saturating_sub(1).max(cores.min(2)).clamp(1, most)
}
