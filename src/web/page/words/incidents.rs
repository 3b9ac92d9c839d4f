//! What the page says when something fails or is refused, and which remedies it offers.

use crate::experiment::DatasetName;
use crate::replay::RecordingError;
use crate::texts::{text, translated};
use std::fmt::Display;

/// A message of the worker that JavaScript could not copy.
#[must_use]
pub fn worker_message_lost() -> String {
    text!("A message from the training worker could not be read.")
}

/// Another embedded page of this site has started.
#[must_use]
pub fn paused_for_other() -> String {
    text!("Paused because another lab was started on this site.")
}

/// The host asks for results before the first step.
#[must_use]
pub fn no_results() -> String {
    text!("There are no results yet.")
}

/// The host presses Run while a field is invalid.
#[must_use]
pub fn invalid_field() -> String {
    text!("A field of the form holds an invalid value.")
}

/// A variant is added a second time.
#[must_use]
pub fn already_listed() -> String {
    text!("This initialization is already in the list.")
}

/// A variant was added.
#[must_use]
pub fn added() -> String {
    text!("Added.")
}

/// A variant was replaced.
#[must_use]
pub fn replaced() -> String {
    text!("Replaced.")
}

/// The button that removes a notice, for screen readers.
#[must_use]
pub fn dismiss() -> String {
    text!("Dismiss this notice")
}

/// The notices that are not shown; `count` is their number.
#[must_use]
pub fn more_notices(count: &str) -> String {
    text!("and {count} more", count)
}

/// Remedy: the same experiment again.
#[must_use]
pub fn restart() -> String {
    text!("Restart")
}

/// Remedy: the data set is downloaded from another site, and its license accepted.
#[must_use]
pub fn accept_and_download() -> String {
    text!("Accept and download")
}

/// Remedy: the data set is downloaded from another site.
#[must_use]
pub fn download() -> String {
    text!("Download it")
}

/// Remedy: less memory for the values of a batch.
#[must_use]
pub fn halve_batch() -> String {
    text!("Halve the batch size and run")
}

/// Remedy: less memory for networks.
#[must_use]
pub fn halve_seeds() -> String {
    text!("Halve the seeds, and run")
}

/// There is not enough memory.
#[must_use]
pub fn out_of_memory() -> String {
    text!("Not enough memory for this experiment: use a smaller batch, fewer seeds or a smaller network.")
}

/// Remedy: another data set.
#[must_use]
pub fn use_digits() -> String {
    text!("Use digits instead")
}

/// Remedy: another device.
#[must_use]
pub fn use_cpu() -> String {
    text!("Compute on the CPU")
}

/// Remedy: a new page.
#[must_use]
pub fn reload() -> String {
    text!("Reload the page")
}

/// The recording of a scenario could not be fetched.
#[must_use]
pub fn recording_missing() -> String {
    text!("The recorded result could not be downloaded. Run computes it here.")
}

/// Seeds were added to a result with other data.
#[must_use]
pub fn seeds_do_not_fit() -> String {
    text!("The new seeds were trained on other data than the result that was shown, so they are shown alone.")
}

/// A result of the shelf cannot be shown while another one is being computed.
#[must_use]
pub fn shelf_busy() -> String {
    text!("Another result can be shown once this run has ended or was reset.")
}

/// The link was copied.
#[must_use]
pub fn link_copied() -> String {
    text!("Link copied")
}

/// The code of an embedded frame was copied.
#[must_use]
pub fn embed_copied() -> String {
    text!("Embed code copied")
}

/// The site has another build of the page now, which the worker tells, or that the worker's files are gone.
#[must_use]
pub fn page_updated() -> String {
    text!("A new version of this page is available. Reload to use it.")
}

/// The worker sent something that is not an event.
#[must_use]
pub fn unreadable_event(error: impl Display) -> String {
    text!("The training worker sent an unreadable message: {error}.", error)
}

/// The worker has ended; without a message its script could not be fetched.
#[must_use]
pub fn worker_stopped(message: Option<&str>) -> String {
    message.map_or_else(
        || text!("The training worker could not be loaded."),
        |message| text!("The training worker has stopped: {message}", message),
    )
}

/// The worker has not sent its heartbeat.
#[must_use]
pub fn worker_silent() -> String {
    text!("The training worker stopped responding.")
}

/// The browser refuses a worker.
#[must_use]
pub fn worker_refused(error: impl Display) -> String {
    text!("The training worker could not be created: {error}.", error)
}

/// The program of the page was trapped.
#[must_use]
pub fn page_stopped() -> String {
    text!("The page has stopped because of an error in its program.")
}

/// The program of the page was trapped, and its memory cannot grow any more.
#[must_use]
pub fn page_out_of_memory() -> String {
    text!("The page has stopped because its memory is full.")
}

/// What remains of a run when the page has stopped.
#[must_use]
pub fn what_remains() -> String {
    text!("Measurements so far can be saved.")
}

/// The page has stopped, and the run is stored.
#[must_use]
pub fn run_returns() -> String {
    text!("After a reload, the run goes on from its last checkpoint.")
}

/// Remedy: what was measured becomes a file.
#[must_use]
pub fn save_results() -> String {
    text!("Save the results")
}

/// The status of a page or run that cannot go on.
#[must_use]
pub fn stopped() -> String {
    text!("Stopped")
}

/// The page lacks something that it needs.
#[must_use]
pub fn page_failed(error: impl Display) -> String {
    text!("The page could not be initialized: {error}. Please reload the page.", error)
}

/// A worker was lost.
#[must_use]
pub fn recomputing(runs: usize) -> String {
    text!("A worker stopped; its runs ({runs}) are being recomputed, with the same results.", runs)
}

/// MNIST was replaced by the built-in digits; `reason` is a sentence.
#[must_use]
pub fn data_replaced(reason: &str) -> String {
    text!("MNIST could not be downloaded; using the built-in digits instead. {reason}", reason)
}

/// The default data set is not here but could be downloaded; `offer` is the sentence that says from where.
#[must_use]
pub fn digits_meanwhile(offer: &str) -> String {
    text!("{offer} Until then, the built-in digits are used.", offer)
}

/// The visitor has decided against a download.
#[must_use]
pub fn download_refused(data: DatasetName, server: &str) -> String {
    let data = translated(data.row().label);
    text!("As you decided, {data} is not downloaded from {server}; the built-in digits are used instead.", data, server)
}

/// The experiment in the form is invalid for the visitor's files.
#[must_use]
pub fn files_do_not_match(error: impl Display) -> String {
    text!("This experiment does not match your files: {error}.", error)
}

/// The host's command needs text as its query.
#[must_use]
pub fn query_expected(got: impl Display) -> String {
    text!("Expected a string as query; got {got}.", got)
}

/// The host's query is too long.
#[must_use]
pub fn query_too_long(most: usize, got: usize) -> String {
    text!("Expected a query of at most {most} letters; got {got}.", most, got)
}

/// The host has sent an object or an array in place of a text.
#[must_use]
pub fn an_object() -> String {
    text!("an object")
}

/// The host sends more commands than can be carried out.
#[must_use]
pub fn too_many_messages(most: usize) -> String {
    text!("Expected at most {most} messages at a time; this one was not carried out.", most)
}

/// The host asks for results that are too large for a message.
#[must_use]
pub fn results_too_large(most: usize, got: usize) -> String {
    text!(
        "Expected results of at most {most} MB, the most that a message takes; got {got} MB. Export them from the page.",
        most,
        got
    )
}

/// The host's command needs the name of a theme; `got` is absent if it names none.
#[must_use]
pub fn theme_expected(got: Option<&str>) -> String {
    match got {
        Some(got) => text!("Expected light, dark or auto as theme; got {got}.", got),
        None => text!("Expected light, dark or auto as theme; got nothing."),
    }
}

/// The host sends colors, but the address of the frame has fixed them.
#[must_use]
pub fn theme_fixed() -> String {
    text!("The address of this frame fixes its colors; expected theme=from-parent in it.")
}

/// The host's command does not exist.
#[must_use]
pub fn unknown_command(name: &str) -> String {
    text!("There is no command “{name}”.", name)
}

/// The host's command is not possible now.
#[must_use]
pub fn impossible_command(name: &str, state: &str) -> String {
    text!("“{name}” is not possible in the state “{state}”.", name, state)
}

/// The recording of a scenario cannot be read.
#[must_use]
pub fn recording_unreadable(error: RecordingError) -> String {
    match error {
        RecordingError::Format { expected, got: Some(got) } => text!(
            "The recorded result has another format: expected version {expected}, got {got}. Please reload the page.",
            expected,
            got
        ),
        RecordingError::Format { expected, got: None } => text!(
            "The recorded result has another format: expected version {expected}, got nothing. Please reload the page.",
            expected
        ),
        RecordingError::Damaged { length } => {
            text!("The recorded result is damaged: {length} bytes could not be read. Run computes it here.", length)
        }
    }
}

/// The GPU was lost after the end of a run, with the networks.
#[must_use]
pub fn gpu_lost_afterwards() -> String {
    text!("The GPU was lost. The results are complete; to look inside the networks again, run the experiment again.")
}
