//! The sentences about the visitor's own files, and about what of a text is used.

use super::{grouped, sentences};
use crate::experiment::dataset::Selection;
use crate::experiment::limits::PAIRS;
use crate::experiment::own_files::{FileReading, FileRole};
use crate::metrics::ImageSamples;
use crate::texts::text;

/// Shown instead of the estimate until the files have been read.
#[must_use]
pub fn forecast_needs_files() -> String {
    text!("The estimate appears once the files have been read.")
}

/// The contents of the visitor's own files.
#[must_use]
pub fn upload_text(train: usize, test: usize, sample: &ImageSamples) -> String {
    let (height, width, classes) = (sample.height, sample.width, sample.classes.len());
    let images = match sample.channels {
        1 => text!("{height} × {width} gray images of {classes} classes", height, width, classes),
        3 => text!("{height} × {width} color images of {classes} classes", height, width, classes),
        channels => {
            text!("{height} × {width} {channels}-channel images of {classes} classes", height, width, channels, classes)
        }
    };
    let (train, test) = (grouped(train as u64), grouped(test as u64));
    text!("Your files: {train} training and {test} test examples, {images}.", train, test, images)
}

/// The sentences in the visitor's own files.
#[must_use]
pub fn uploaded_sentences(train: usize, test: usize, found: usize) -> String {
    let unused = found.saturating_sub(train + test);
    let (train, test) = (grouped(train as u64), grouped(test as u64));
    let count = text!("Your files: {train} training and {test} test pairs of sentences.", train, test);
    let unused = (unused > 0).then(|| {
        let unused = grouped(unused as u64);
        text!(
            "{unused} more are not used: they lack a sentence, exceed the {most} that a part may have, or share a sentence with the test part that was set aside.",
            unused,
            most = grouped(PAIRS as u64)
        )
    });
    sentences([count].into_iter().chain(unused))
}

/// A file, or a folder with its number of pictures.
#[must_use]
pub fn file_name(reading: &FileReading) -> String {
    match reading.files {
        1 => reading.name.clone(),
        files => text!("{name}: {files} files", name = reading.name, files = grouped(files as u64)),
    }
}

/// The use of a file, on the button that changes it.
#[must_use]
pub fn file_role(role: FileRole) -> String {
    match role {
        FileRole::Training => text!("Training data"),
        FileRole::Test => text!("Test data"),
        FileRole::LeftOut => text!("Left out"),
    }
}

/// How many files are not listed; empty if all are.
#[must_use]
pub fn more_files(count: usize) -> String {
    if count == 0 { String::new() } else { text!("and {count} more", count = grouped(count as u64)) }
}

/// Of a text, how many pairs are short enough for the experiment.
#[must_use]
pub fn selection_note(Selection { length, vocabulary, train, test }: &Selection) -> String {
    let [short, all, test_short, test_all] = [train[0], train[1], test[0], test[1]].map(|count| grouped(count as u64));
    text!(
        "{short} of {all} training pairs and {test_short} of {test_all} test pairs have sentences of at most {length} symbols; longer ones are left out. The vocabulary has {vocabulary} symbols.",
        short,
        all,
        test_short,
        test_all,
        length,
        vocabulary = grouped(*vocabulary as u64)
    )
}

/// The visitor's own files have crashed one worker after another.
#[must_use]
pub fn deadly_files() -> String {
    text!(
        "Your files have crashed the training worker three times, so they are not loaded again. Please choose other files."
    )
}

/// The visitor's own files are being read.
#[must_use]
pub fn reading_files() -> String {
    text!("Reading your files …")
}

/// The visitor's own files are needed, and there are none.
#[must_use]
pub fn no_files() -> String {
    text!("No files chosen yet. Choose some, or drop them anywhere on this page.")
}

/// The same on a page without a form.
#[must_use]
pub fn no_form_for_files() -> String {
    text!("This experiment needs your own files, and this page has no form to choose them with.")
}
