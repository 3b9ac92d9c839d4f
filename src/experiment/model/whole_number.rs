//! Whole numbers in the notation of networks.

/// A whole number from 1 to `most`, in digits alone.
pub(super) fn whole(text: &str, most: usize) -> Option<usize> {
    // `parse` would accept a sign.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && (1..=most).contains(number))
}
