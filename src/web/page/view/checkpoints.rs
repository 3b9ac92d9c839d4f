//! What the page knows of checkpoints: the one of the run in progress, and the list of interrupted runs that the browser keeps.

use super::checkpoint_section::CheckpointSection;
use super::chosen_files::ChosenFiles;
use super::net;
use super::run_lock::RunLock;
use super::shelf_storage::{Storage, call};
use super::stored_run::StoredContext;
use super::{Action, Dispatcher};
use crate::checkpoint::{CheckpointHead, RunContext};
use crate::experiment::{Experiment, parse_query};
use crate::protocol::StateReceipt;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::checkpoints::{FIRST_OF_BATCH_MILLISECONDS, KeptRun, UNASKED_MILLISECONDS, interval};
use crate::web::page::model::shown::same_but_device;
use crate::web::schedule::{Timer, now};
use js_sys::Uint8Array;
use std::cell::{Cell, OnceCell};
use std::rc::Rc;

/// The name, in the storage of this tab, under which the key of the run in progress is kept over a reload.
const RUNNING: &str = "emergence-lab/running";
/// Between the key and the experiment, in neither of which it occurs.
const SEPARATOR: char = '?';

/// A checkpoint in memory.
pub(super) struct LatestCheckpoint {
    /// The measurements up to it, and what the state is.
    pub(super) head: CheckpointHead,
    /// The state of the training.
    pub(super) state: Uint8Array,
}

impl LatestCheckpoint {
    /// What the worker has to check before it goes on.
    pub(super) fn receipt(&self) -> StateReceipt {
        let start = self.head.history.setup.start.as_ref();
        let data_sha256 = start.map(|start| start.receipt.data_sha256.clone()).unwrap_or_default();
        StateReceipt { state_sha256: self.head.state_sha256.clone(), data_sha256 }
    }
}

/// What the page knows of checkpoints.
pub(super) struct Checkpoints {
    /// The list in the document.
    pub(super) section: CheckpointSection,
    /// What it shows, the latest first.
    pub(super) runs: Vec<KeptRun>,
    /// The latest checkpoint of the run in progress, or of the one that has failed.
    pub(super) latest: Option<LatestCheckpoint>,
    /// Key of the run in progress in the browser's storage.
    pub(super) key: String,
    /// What the run belongs to, until that is stored.
    pub(super) context: Option<RunContext>,
    /// The visitor's own files on which it is trained.
    pub(super) files: Option<ChosenFiles>,
    /// Key of the batch before, whose checkpoint stays until there is one of this batch.
    pub(super) former_batch: Option<String>,
    /// The step from which the run went on by itself after a failure: it does so only once without progress.
    pub(super) recovered_at: Option<u64>,
    /// Seconds that the run took before it was interrupted.
    pub(super) former_secs: f64,
    /// Whether a run is being read from the browser's storage.
    pub(super) is_reading: bool,
    /// Whether that is the run which the reload of the page has interrupted.
    pub(super) is_after_reload: bool,
    /// The lock of the run in progress, once the browser has granted it.
    lock: Rc<OnceCell<RunLock>>,
    /// Whether the run in progress has no checkpoints, as the visitor was told.
    pub(super) is_too_large: bool,
    timer: Timer,
    asked_at: Option<f64>,
    last_took: f64,
    /// Since when something is computed that is in no checkpoint, in milliseconds.
    unsaved_since: Rc<Cell<Option<f64>>>,
}

impl Checkpoints {
    /// Binds the list, and listens to the end of the page.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let due = dispatcher.clone();
        let unsaved_since = Rc::new(Cell::new(None::<f64>));
        let window = dom::window()?;
        // In a frame nothing is stored, and its host's visitors are not asked.
        if dom::host()?.is_none() {
            let since = Rc::clone(&unsaved_since);
            dom::on(&window, "beforeunload", move |event| {
                let lost = since.get().zip(now().ok()).map_or(0.0, |(since, now)| now - since);
                if lost > UNASKED_MILLISECONDS {
                    event.prevent_default();
                }
            })?;
        }
        // `pagehide` would be too late: the worker that has to answer ends with the page. Browsers hide a page before that.
        let hidden = dispatcher.clone();
        dom::on(&dom::document()?, "visibilitychange", move |_| hidden.dispatch(Action::CheckpointDue))?;
        Ok(Self {
            section: CheckpointSection::bind(dispatcher)?,
            runs: Vec::new(),
            latest: None,
            key: new_key(),
            context: None,
            files: None,
            former_batch: None,
            lock: Rc::default(),
            recovered_at: None,
            former_secs: 0.0,
            is_reading: false,
            is_after_reload: false,
            is_too_large: false,
            timer: Timer::new(move || due.dispatch(Action::CheckpointDue)),
            asked_at: None,
            last_took: 0.0,
            unsaved_since,
        })
    }

    /// Another run begins, which belongs to this.
    pub(super) fn begin(&mut self, context: RunContext) {
        self.key = new_key();
        self.context = Some(context);
        self.files = None;
        self.former_batch = None;
        self.recovered_at = None;
        self.is_too_large = false;
        self.unsaved_since.set(None);
        self.leave();
    }

    /// A stored run goes on: its context is stored as well.
    pub(super) fn adopt(&mut self, key: String, lock: RunLock, files: Option<ChosenFiles>, latest: LatestCheckpoint) {
        self.key = key;
        self.files = files;
        self.lock = Rc::new(OnceCell::from(lock));
        self.context = None;
        self.latest = Some(latest);
    }

    /// What has to be stored with the next checkpoint besides it.
    pub(super) fn unstored_context(&self) -> Option<StoredContext> {
        let context = self.context.clone()?;
        let ChosenFiles { files, choices } = self.files.clone().unwrap_or_default();
        Some(StoredContext { context: RunContext { choices, ..context }, files })
    }

    /// The run does not go on by itself any more, and other tabs may take it.
    pub(super) fn leave(&mut self) {
        net::promise_return(false);
        self.latest = None;
        self.lock = Rc::default();
        forget();
    }

    /// Keeps other tabs from the run in progress.
    fn take_lock(&self) {
        if self.lock.get().is_some() {
            return;
        }
        // If the run has ended by then, nothing else refers to the cell, so that the lock is released at once.
        let (lock, key) = (Rc::clone(&self.lock), self.key.clone());
        wasm_bindgen_futures::spawn_local(async move {
            if let Ok(Some(granted)) = RunLock::take(&key).await {
                let _ = lock.set(granted);
            }
        });
    }

    /// Training goes on: the next checkpoint is due after a while.
    pub(super) fn training(&self) -> WebResult<()> {
        self.computing()?;
        let is_first = self.latest.is_none();
        let follows = self.context.as_ref().is_some_and(|context| context.complete.is_some());
        let wait = if is_first && follows { FIRST_OF_BATCH_MILLISECONDS } else { interval(self.last_took) };
        #[expect(clippy::cast_possible_truncation, reason = "seconds to minutes")]
        self.timer.set(wait as i32)
    }

    /// Something is computed, by training or by tuning weights, that is in no checkpoint.
    pub(super) fn computing(&self) -> WebResult<()> {
        if self.unsaved_since.get().is_none() {
            self.unsaved_since.set(Some(now()?));
        }
        Ok(())
    }

    /// Training does not go on.
    pub(super) fn rest(&self) {
        self.timer.clear();
    }

    /// All measurements are stored, or there are none, so that nothing is lost when the page is left.
    pub(super) fn saved(&self, is_training: bool) -> WebResult<()> {
        self.unsaved_since.set(if is_training { Some(now()?) } else { None });
        Ok(())
    }

    /// The worker was asked for a checkpoint. False if it has not answered the last time.
    pub(super) fn ask(&mut self) -> WebResult<bool> {
        let is_new = self.asked_at.is_none();
        if is_new {
            self.asked_at = Some(now()?);
        }
        Ok(is_new)
    }

    /// The worker will not answer: it is another one, or does something else.
    pub(super) fn forget_request(&mut self) {
        self.asked_at = None;
    }

    /// The worker has answered.
    pub(super) fn keep(&mut self, latest: LatestCheckpoint) -> WebResult<()> {
        self.last_took = self.asked_at.take().map_or(Ok(0.0), |asked| now().map(|now| now - asked))?;
        self.latest = Some(latest);
        self.take_lock();
        Ok(())
    }
}

/// The key of the run that was in progress in this tab before the page was loaded again, if the address still asks for it: who follows a link
/// to another experiment wants that one.
pub(super) fn interrupted(stated: &Experiment) -> Option<String> {
    let remembered = call(Storage::Tab, "getItem", &[RUNNING]).ok()?.as_string()?;
    let (key, query) = remembered.split_once(SEPARATOR)?;
    let (experiment, _) = parse_query(query).strict().ok()?;
    same_but_device(&experiment, stated).then(|| key.to_owned())
}

/// Remembers the run in progress over a reload, with the experiment to which it belongs. Without storage a reload just begins anew.
pub(super) fn remember(key: &str, query: &str) {
    let value = format!("{key}{SEPARATOR}{query}");
    let _ = call(Storage::Tab, "setItem", &[RUNNING, &value]);
}

/// No run is in progress.
fn forget() {
    let _ = call(Storage::Tab, "removeItem", &[RUNNING]);
}

fn new_key() -> String {
    format!("{}-{}", js_sys::Date::now(), js_sys::Math::random())
}
