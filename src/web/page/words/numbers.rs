//! Numbers, durations and sizes as texts.

use crate::texts::text;

/// A duration, given in seconds, as text.
#[must_use]
pub fn duration(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a million seconds")]
    let whole = seconds.clamp(0.0, 1e6).round() as u64;
    match whole {
        0..10 => text!("{seconds} s", seconds = format!("{:.1}", seconds.max(0.0))),
        10..120 => text!("{seconds} s", seconds = whole),
        120..7200 => text!("{minutes} min", minutes = (whole + 30) / 60),
        _ => text!("{hours} h", hours = (whole + 1800) / 3600),
    }
}

/// A duration in whole seconds.
pub(super) fn whole_seconds(seconds: f64) -> String {
    text!("{seconds} s", seconds = format!("{seconds:.0}"))
}

/// A number with three significant digits, in a form that can be copied: `0.0506`, `1.00`, `123`; `3.10e-5` if tiny or huge.
#[must_use]
pub fn three_digits(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-3..1e5).contains(&value.abs()) {
        return format!("{value:.2e}");
    }
    let decimals = [100.0, 10.0, 1.0, 0.1, 0.01].into_iter().filter(|power| value.abs() < *power).count();
    format!("{value:.decimals$}")
}

/// A rate: `2.3`, `125`.
pub(super) fn short(rate: f64) -> String {
    if rate < 10.0 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}

/// `12,345`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size of memory: `120 MB`, `1.5 GB`.
pub(super) fn memory(bytes: u64) -> String {
    let megabytes = bytes as f64 / 1e6;
    match megabytes {
        0.0..100.0 => format!("{:.0} MB", megabytes.max(1.0)),
        100.0..995.0 => format!("{:.0} MB", (megabytes / 10.0).round() * 10.0),
        _ => format!("{:.1} GB", megabytes / 1e3),
    }
}

/// Milliseconds with two digits, or without decimals.
pub(super) fn milliseconds(milliseconds: f64) -> String {
    let decimals = if milliseconds < 1.0 { 2 } else { usize::from(milliseconds < 10.0) };
    text!("{number} ms", number = format!("{milliseconds:.decimals$}"))
}
