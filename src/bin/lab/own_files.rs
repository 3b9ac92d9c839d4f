//! A person's own files in the folder `upload` or `text`: what they are used for, as their names or `--use` say it, and what is in them.

use crate::arguments::{Options, Usage};
use crate::output::tell;
use emergence_lab::catalog::{DatasetName, Task};
use emergence_lab::dataset::files;
use emergence_lab::dataset::upload::{UnpackedFiles, Upload};
use emergence_lab::error::{Error, NameList, Requirement};
use emergence_lab::experiment::own_files::{FileReading, FileRole, RoleChoices};
use emergence_lab::experiment::{DatasetSpec, Experiment, Named};
use std::path::Path;

const FLAG: &str = "--use";

/// The uses that `--use FILE=USE` states, one for each file.
///
/// # Errors
/// If one is malformed, or a file has two; whether the files exist is known when they are read.
pub(crate) fn choices(options: &Options) -> Result<RoleChoices, Usage> {
    let mut choices = RoleChoices::new();
    for text in options.all("use") {
        let (name, role) = text.rsplit_once('=').ok_or_else(|| Usage::new(FLAG, "FILE=USE, like a.bin=test", text))?;
        let role = match role {
            "train" => FileRole::Training,
            "test" => FileRole::Test,
            "none" => FileRole::LeftOut,
            other => return Err(Usage::new(&format!("{FLAG} {name}"), "train, test or none", other)),
        };
        if choices.iter().any(|(chosen, _)| chosen == name) {
            return Err(Usage::new(&format!("{FLAG} {name}"), "one use", "two"));
        }
        choices.push((name.to_owned(), role));
    }
    Ok(choices)
}

/// Checks that an experiment has files to which `--use` could apply.
pub(crate) fn check_experiment(experiment: &Experiment, choices: &RoleChoices) -> Result<(), Usage> {
    let name = experiment.dataset.name;
    if choices.is_empty() || matches!(name, DatasetName::Upload | DatasetName::Text) {
        return Ok(());
    }
    Err(Usage::new(FLAG, "data=upload or data=text, which read files of your own", format!("data={}", name.name())))
}

/// What is in the files of a folder in `directory`. Says on stderr what they are used for.
pub(crate) fn read(directory: &Path, spec: &DatasetSpec, choices: &RoleChoices) -> anyhow::Result<Upload> {
    let unpacked = UnpackedFiles::new(files::own(directory, spec.name)?, choices)?;
    check_names(&unpacked.files, choices)?;
    let uses: Vec<String> = unpacked.files.iter().map(stated).collect();
    let (upload, notes) = unpacked.assemble()?;
    let task = match (&upload, spec.name) {
        (Upload::Images(_), DatasetName::Upload) | (Upload::Sentences(_), DatasetName::Text) => None,
        (Upload::Images(_), _) => Some(Task::Images),
        (Upload::Sentences(_), _) => Some(Task::Texts),
    };
    if let Some(task) = task {
        return Err(Error::value("data", Requirement::OwnFiles(task).into(), spec.name.name()).into());
    }
    for note in uses.into_iter().chain(notes.iter().map(ToString::to_string)) {
        tell(format!("note: {note}"));
    }
    Ok(upload)
}

fn check_names(files: &[FileReading], choices: &RoleChoices) -> Result<(), Usage> {
    let is_known = |name: &str| files.iter().any(|file| file.name == name);
    match choices.iter().find(|(name, _)| !is_known(name)) {
        Some((name, _)) => {
            let known = files.iter().map(|file| &file.name).collect::<NameList>();
            Err(Usage::new(FLAG, &format!("one of these files or folders of pictures: {known}"), name))
        }
        None => Ok(()),
    }
}

fn stated(file: &FileReading) -> String {
    let role = match file.role {
        FileRole::Training => "training",
        FileRole::Test => "test",
        FileRole::LeftOut => "left out",
    };
    format!("{}: {role}", file.name)
}
