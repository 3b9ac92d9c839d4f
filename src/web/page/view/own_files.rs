//! The visitor's own files, chosen with a button or dropped anywhere on the page, and what the worker reports about them.

use super::chosen_files::ChosenFiles;
use super::file_list::OwnFileList;
use super::{Action, Dispatcher, dialogs};
use crate::experiment::DatasetName;
use crate::experiment::architecture::FeatureShape;
use crate::experiment::dataset::{DatasetFacts, DatasetSpec, ExampleFacts};
use crate::experiment::own_files::FileReading;
use crate::metrics::{DatasetSample, ImageSamples};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::file_roles::FileRoles;
use crate::web::page::model::uploads::Uploads;
use crate::web::page::words::files::{deadly_files, no_files, reading_files, upload_text, uploaded_sentences};
use crate::web::page::words::sentences;
use crate::web::schedule::Timer;
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, DragEvent, Element, Event, File, FileList, HtmlElement, HtmlInputElement};

/// The drop zone disappears after this many milliseconds without a drag event. During a drag browsers send one at least every
/// 350 ms, but not all of them report that the drag has left the window.
const DRAG_MILLISECONDS: i32 = 600;

/// The file picker of the page, and the chosen files.
pub(super) struct OwnFiles {
    /// Which of them the worker has.
    pub(super) uploads: Uploads<ChosenFiles>,
    /// The files that were given last.
    given: Vec<File>,
    /// What they are used for.
    roles: FileRoles,
    list: OwnFileList,
    /// What the worker has read from them, and the sentence about it.
    contents: Option<Contents>,
    summary: String,
    block: HtmlElement,
    button: HtmlElement,
    status: Element,
    refusal: HtmlElement,
}

/// What the files contain.
#[derive(Debug, Clone, Copy)]
enum Contents {
    /// Images.
    Images(DatasetFacts),
    /// Pairs of sentences for training and for testing.
    Sentences([usize; 2]),
}

impl OwnFiles {
    /// Binds the picker, and lets files be dropped anywhere on the page.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let (button, input): (HtmlElement, HtmlInputElement) =
            (dom::element("choose-files")?, dom::element("file-input")?);
        let (chosen, own) = (dispatcher.clone(), input.clone());
        dom::on(&input, "change", move |_| {
            give(&chosen, own.files());
            // Cleared so that the same files can be chosen again.
            own.set_value("");
        })?;
        dom::on(&button, "click", move |_| input.click())?;
        accept_drops(dispatcher)?;
        Ok(Self {
            uploads: Uploads::default(),
            given: Vec::new(),
            roles: FileRoles::default(),
            list: OwnFileList::bind(dispatcher)?,
            contents: None,
            summary: String::new(),
            block: dom::element("own-files")?,
            button,
            status: dom::element("files-status")?,
            refusal: dom::element("files-refused")?,
        })
    }

    /// The facts of the data set in the files, once they have been read, if it is the one that is asked for.
    pub(super) fn facts(&self, spec: &DatasetSpec) -> Option<DatasetFacts> {
        match (spec.name, self.contents?) {
            (DatasetName::Upload, Contents::Images(facts)) => Some(facts),
            (DatasetName::Text, Contents::Sentences([train, test])) => Some(spec.text_facts(train, test)),
            _ => None,
        }
    }

    /// Whether there are files for a data set; until they have been read, any may be.
    pub(super) fn serve(&self, name: DatasetName) -> bool {
        let fits = |contents| match contents {
            Contents::Images(_) => name == DatasetName::Upload,
            Contents::Sentences(_) => name == DatasetName::Text,
        };
        self.uploads.any() && (self.uploads.reading() || self.contents.is_none_or(fits))
    }

    /// Handles newly chosen files, which are sent to the worker.
    pub(super) fn give(&mut self, chosen: ChosenFiles) {
        self.given.clone_from(&chosen.files);
        self.uploads.give(chosen);
        self.refuse("");
    }

    /// The files with another use of one of them; `None` if there is no such file.
    pub(super) fn changed(&mut self, index: usize) -> Option<ChosenFiles> {
        let choices = self.roles.change(index)?;
        Some(ChosenFiles { files: self.given.clone(), choices })
    }

    /// Lists what the files are used for.
    pub(super) fn list(&mut self, files: Vec<FileReading>) -> WebResult<()> {
        self.roles = FileRoles::new(files);
        self.list.show(&self.roles)
    }

    /// Handles files that the worker has accepted; returns whether the visitor should be told.
    pub(super) fn taken(
        &mut self,
        [train, test]: [usize; 2],
        found: usize,
        notes: Vec<String>,
        sample: &DatasetSample,
    ) -> bool {
        if sample.name == DatasetName::Text {
            self.contents = Some(Contents::Sentences([train, test]));
            self.summary = uploaded_sentences(train, test, found);
        } else {
            let ImageSamples { channels, height, width, ref classes, .. } = sample.images;
            let examples = ExampleFacts::images(FeatureShape { channels, height, width }, classes.len());
            self.contents = Some(Contents::Images(DatasetFacts { examples, train, test }));
            self.summary = upload_text(train, test, &sample.images);
        }
        self.summary = sentences([std::mem::take(&mut self.summary)].into_iter().chain(notes));
        self.uploads.taken()
    }

    /// Handles files that the worker has refused for this reason.
    pub(super) fn refused(&mut self, reason: &str) -> WebResult<()> {
        self.uploads.refused();
        if !self.uploads.any() {
            self.contents = None;
            self.summary.clear();
        }
        self.complain(reason)
    }

    /// Drops the files, so that they are not sent to any other worker.
    pub(super) fn forget(&mut self) -> WebResult<()> {
        self.contents = None;
        self.summary.clear();
        self.list(Vec::new())?;
        self.complain(&deadly_files())
    }

    /// Tells the visitor that no files have been chosen yet.
    pub(super) fn miss(&self) -> WebResult<()> {
        self.complain(&no_files())
    }

    /// Shows the picker if the selected data set needs it, or if there is a message about files.
    pub(super) fn show(&self, wanted: bool) {
        if !wanted && self.refusal.text_content() == Some(no_files()) {
            self.refuse("");
        }
        let status = if self.uploads.reading() { reading_files() } else { self.summary.clone() };
        dom::set_text(&self.status, &status);
        let silent = status.is_empty() && self.refusal.hidden();
        self.block.set_hidden(!wanted && silent);
    }

    /// Shows an error beside the button, and brings both into view.
    fn complain(&self, reason: &str) -> WebResult<()> {
        self.refuse(reason);
        self.block.set_hidden(false);
        dialogs::open("setup")?;
        Ok(self.button.focus()?)
    }

    fn refuse(&self, reason: &str) {
        dom::set_text(&self.refusal, reason);
        self.refusal.set_hidden(reason.is_empty());
    }
}

fn give(dispatcher: &Dispatcher, files: Option<FileList>) {
    let list = files.map(|list| (0..list.length()).filter_map(|index| list.item(index)).collect::<Vec<File>>());
    if let Some(files) = list.filter(|files| !files.is_empty()) {
        dispatcher.dispatch(Action::FilesGiven(files));
    }
}

/// What is being dragged, if it contains files; text dragged from field to field is left to the browser.
fn dragged_files(event: &Event) -> Option<DataTransfer> {
    let dragged = event.dyn_ref::<DragEvent>()?.data_transfer()?;
    dragged.types().includes(&"Files".into(), 0).then_some(dragged)
}

/// The whole page accepts files: if one is dropped beside the form, the browser would otherwise open it instead of the page.
fn accept_drops(dispatcher: &Dispatcher) -> WebResult<()> {
    let window = dom::window()?;
    let zone: HtmlElement = dom::element("drop-zone")?;
    let over = zone.clone();
    let gone = zone.clone();
    let timer = Timer::new(move || gone.set_hidden(true));
    dom::on(&window, "dragover", move |event| {
        if dragged_files(&event).is_some() {
            event.prevent_default();
            over.set_hidden(false);
            if let Err(error) = timer.set(DRAG_MILLISECONDS) {
                dom::report(&error);
            }
        }
    })?;
    let dropped = dispatcher.clone();
    dom::on(&window, "drop", move |event| {
        if let Some(dragged) = dragged_files(&event) {
            event.prevent_default();
            zone.set_hidden(true);
            give(&dropped, dragged.files());
        }
    })
}
