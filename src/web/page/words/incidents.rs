//! What the page says when something fails or is refused, and which remedies it offers.

use crate::protocol::PROTOCOL_VERSION;
use std::fmt::Display;

/// A message of the worker that JavaScript could not copy.
pub const WORKER_MESSAGE_LOST: &str = "A message from the training worker could not be read.";
/// Another embedded page of this browser has started.
pub const PAUSED_FOR_OTHER: &str = "Paused because another lab was started in this browser.";
/// The host asks for results before the first step.
pub const NO_RESULTS: &str = "There are no results yet.";
/// The host presses Run while a field is invalid.
pub const INVALID_FIELD: &str = "A field of the form holds an invalid value.";
/// A variant is added a second time.
pub const ALREADY_LISTED: &str = "This initialization is already in the list.";
/// The button that removes a notice, for screen readers.
pub const DISMISS: &str = "Dismiss this notice";
/// Remedy: the same experiment again.
pub const RESTART: &str = "Restart";
/// Remedy: another data set.
pub const USE_DIGITS: &str = "Use digits instead";
/// Remedy: another device.
pub const USE_CPU: &str = "Compute on the CPU";
/// Remedy: a new page.
pub const RELOAD: &str = "Reload the page";
/// The link was copied.
pub const LINK_COPIED: &str = "Link copied";
/// The code of an embedded frame was copied.
pub const EMBED_COPIED: &str = "Embed code copied";

/// The worker belongs to another version of the page.
#[must_use]
pub fn outdated_worker(version: u32) -> String {
    format!(
        "The page uses version {PROTOCOL_VERSION} of the protocol but the training worker version {version}: one of them is an \
         outdated copy from the cache. Please reload the page."
    )
}

/// The worker sent something that is not an event.
#[must_use]
pub fn unreadable_event(error: impl Display) -> String {
    format!("The training worker sent an unreadable message: {error}.")
}

/// The worker has ended; without a message its script could not be fetched.
#[must_use]
pub fn worker_stopped(message: Option<&str>) -> String {
    message.map_or_else(
        || "The training worker could not be loaded.".to_owned(),
        |message| format!("The training worker has stopped: {message}"),
    )
}

/// The browser refuses a worker.
#[must_use]
pub fn worker_refused(error: impl Display) -> String {
    format!("The training worker could not be created: {error}.")
}

/// The page itself has crashed.
#[must_use]
pub fn page_crashed(panic: impl Display) -> String {
    format!("The page has crashed: {panic} Please reload the page.")
}

/// The page lacks something that it needs.
#[must_use]
pub fn page_failed(error: impl Display) -> String {
    format!("The page could not be initialized: {error}. Please reload the page.")
}

/// MNIST was replaced by the built-in digits; `reason` is a sentence.
#[must_use]
pub fn data_replaced(reason: &str) -> String {
    format!("MNIST could not be downloaded; using the built-in digits instead. {reason}")
}

/// The experiment in the form is invalid for the visitor's files.
#[must_use]
pub fn files_do_not_match(error: impl Display) -> String {
    format!("This experiment does not match your files: {error}.")
}

/// The host's command needs text as its query.
#[must_use]
pub fn query_expected(got: impl Display) -> String {
    format!("Expected a string as query; got {got}.")
}

/// The host's command does not exist.
#[must_use]
pub fn unknown_command(name: &str) -> String {
    format!("There is no command “{name}”.")
}

/// The host's command is not possible now.
#[must_use]
pub fn impossible_command(name: &str, state: &str) -> String {
    format!("“{name}” is not possible in the state “{state}”.")
}
