//! Errors that must not go unnoticed: panics, errors that the GPU stack only logs, and a GPU that is lost while nothing is computed.

use super::scope::post_text;
use super::{RunFailure, device_failure, post_failure};
use crate::error::{DeviceError, Error};
use crate::protocol::last_words;
use std::sync::Mutex;

/// The first logged error that has not been taken yet.
static LOGGED: Mutex<Option<String>> = Mutex::new(None);

/// Keeps the first error and shows warnings in the console. cubecl reports a shader that does not compile only here, and
/// then returns stale memory as the result.
struct Bridge;

impl log::Log for Bridge {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() <= log::Level::Warn
    }

    fn log(&self, record: &log::Record<'_>) {
        if record.level() == log::Level::Error
            && let Ok(mut logged) = LOGGED.lock()
        {
            logged.get_or_insert_with(|| format!("{}: {}", record.target(), record.args()));
        } else if self.enabled(record.metadata()) {
            web_sys::console::debug_1(&format!("{}: {}", record.target(), record.args()).into());
        }
    }

    fn flush(&self) {}
}

/// Installs the bridge and a panic hook that informs the page.
pub(super) fn watch() {
    // A second logger cannot be installed; the first one is ours.
    let _ = log::set_logger(&Bridge);
    log::set_max_level(log::LevelFilter::Warn);
    std::panic::set_hook(Box::new(|panic| {
        // The location in our code is only useful to developers.
        web_sys::console::warn_1(&panic.to_string().into());
        post_text(&last_words(panic.payload_as_str()));
    }));
}

/// Whether the GPU stack has logged an error since the last call.
///
/// # Errors
/// That one, as a failure of the device.
pub(super) fn check_log() -> Result<(), RunFailure> {
    match take_logged_error() {
        Some(message) => Err(device_failure(DeviceError::Logged { message }.into())),
        None => Ok(()),
    }
}

/// The first logged error since the last call.
#[must_use]
pub(super) fn take_logged_error() -> Option<String> {
    LOGGED.lock().ok().and_then(|mut logged| logged.take())
}

/// Tells the page at once that the GPU is lost: while training is paused, nothing else would.
pub(super) fn tell_of_loss(message: &str) {
    post_failure(device_failure(Error::from(DeviceError::Failed { message: message.to_owned() })));
}
