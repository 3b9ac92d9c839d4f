//! A run as the browser's database has it.

use super::chosen_files::ChosenFiles;
use super::run_lock::RunLock;
use crate::checkpoint::RunContext;
use crate::web::error::WebResult;
use crate::web::page::model::checkpoints::MOST_FILE_BYTES;
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::File;

/// A checkpoint to be stored.
pub(super) struct StoredCheckpoint {
    /// The key of the run.
    pub(super) key: String,
    /// The experiment as it was started, with all batches, as a query string.
    pub(super) query: String,
    /// The checkpoint up to its state.
    pub(super) head: Vec<u8>,
    /// The state.
    pub(super) state: Uint8Array,
    /// What the run belongs to, unless that is stored already.
    pub(super) context: Option<StoredContext>,
    /// Whether training is in progress, not paused.
    pub(super) is_training: bool,
}

/// What a run belongs to, and the visitor's own files, if it needs them.
#[derive(Debug, Clone, Default)]
pub(super) struct StoredContext {
    /// What it belongs to.
    pub(super) context: RunContext,
    /// The files.
    pub(super) files: Vec<File>,
}

/// An interrupted run as it was read.
#[derive(Debug, Clone)]
pub(super) struct LoadedRun {
    /// The experiment as it was started, with all batches, as a query string.
    pub(super) query: String,
    /// The checkpoint up to its state.
    pub(super) head: Vec<u8>,
    /// The state.
    pub(super) state: Uint8Array,
    /// Whether training was in progress, not paused.
    pub(super) was_training: bool,
    /// What it belongs to.
    pub(super) context: RunContext,
    /// The visitor's own files, if it needs them and they could be kept.
    pub(super) files: Option<ChosenFiles>,
    /// The lock that keeps other tabs from it.
    pub(super) lock: RunLock,
}

impl StoredContext {
    /// The record of the database.
    pub(super) fn record(&self) -> WebResult<JsValue> {
        let record = Object::new();
        let bytes = Uint8Array::from(self.context.to_bytes().as_slice());
        let files: f64 = self.files.iter().map(|file| file.size()).sum();
        // Large files can be chosen again.
        let kept: Array = self.files.iter().filter(|_| files <= MOST_FILE_BYTES).collect();
        let size = f64::from(bytes.length()) + if kept.length() > 0 { files } else { 0.0 };
        Reflect::set(&record, &"context".into(), &bytes)?;
        Reflect::set(&record, &"files".into(), &kept)?;
        Reflect::set(&record, &"size".into(), &size.into())?;
        Ok(record.into())
    }
}
