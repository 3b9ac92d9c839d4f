//! Keeps interrupted runs in the browser's database (IndexedDB), where there is one. A checkpoint is two records, its head (what it is, and
//! the measurements) and its state, written in one transaction: either both are there or the former ones are, so a torn checkpoint is never
//! read. IndexedDB rather than the private file system: every browser with WebAssembly has it, also in the page's own thread.

use super::{Action, Dispatcher};
use crate::web::dom;
use crate::web::error::{WebError, WebResult, describe};
use crate::web::page::model::checkpoints::{KeptRun, superfluous};
use js_sys::{Array, Date, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbTransactionMode};

/// The name of the database.
const DATABASE: &str = "emergence-lab";
/// What a checkpoint is, with the measurements, by key.
const HEADS: &str = "heads";
/// The states of the trainings, by key.
const STATES: &str = "states";

/// A checkpoint to be stored.
pub(super) struct StoredCheckpoint {
    /// The key of the run.
    pub(super) key: String,
    /// The checkpoint up to its state.
    pub(super) head: Vec<u8>,
    /// The state.
    pub(super) state: Uint8Array,
    /// Whether training is in progress, not paused.
    pub(super) is_training: bool,
}

/// Stores a checkpoint, and deletes the oldest ones if there are too many; the new list follows, or the reason why there is none.
pub(super) fn save(checkpoint: StoredCheckpoint, dispatcher: &Dispatcher) {
    answer(dispatcher, async move {
        let database = open().await?;
        let runs = put_and_tidy(&database, &checkpoint).await;
        database.close();
        runs
    });
}

async fn put_and_tidy(database: &IdbDatabase, checkpoint: &StoredCheckpoint) -> WebResult<Vec<KeptRun>> {
    put(database, checkpoint).await?;
    let runs = list_in(database).await?;
    let gone = superfluous(&runs);
    delete(database, &gone).await?;
    Ok(runs.into_iter().filter(|run| !gone.contains(&run.key)).collect())
}

/// Lists the stored runs, the latest first.
pub(super) fn list(dispatcher: &Dispatcher) {
    answer(dispatcher, async {
        let database = open().await?;
        let runs = list_in(&database).await;
        database.close();
        runs
    });
}

/// Deletes a run; the new list follows.
pub(super) fn remove(key: String, dispatcher: &Dispatcher) {
    answer(dispatcher, async move {
        let database = open().await?;
        delete(&database, &[key]).await?;
        let runs = list_in(&database).await;
        database.close();
        runs
    });
}

/// Reads a run: its head and its state.
pub(super) fn load(key: String, dispatcher: &Dispatcher) {
    let dispatcher = dispatcher.clone();
    wasm_bindgen_futures::spawn_local(async move {
        let loaded = load_from_database(&key).await;
        dispatcher.dispatch(Action::CheckpointLoaded(key, loaded));
    });
}

async fn load_from_database(key: &str) -> WebResult<(Vec<u8>, Uint8Array)> {
    let database = open().await?;
    let transaction = transaction(&database, IdbTransactionMode::Readonly)?;
    let head = transaction.object_store(HEADS)?.get(&key.into())?;
    let state = transaction.object_store(STATES)?.get(&key.into())?;
    let (head, state) = (result(&head).await?, result(&state).await?);
    database.close();
    let head = bytes_of(&head).ok_or(WebError::Missing { what: "interrupted run" })?;
    let state = state.dyn_into().map_err(|_| WebError::Missing { what: "interrupted run" })?;
    Ok((head, state))
}

fn answer(dispatcher: &Dispatcher, runs: impl Future<Output = WebResult<Vec<KeptRun>>> + 'static) {
    let dispatcher = dispatcher.clone();
    wasm_bindgen_futures::spawn_local(async move {
        let runs = runs.await;
        dispatcher.dispatch(Action::CheckpointsListed(runs));
    });
}

/// Opens the database, and creates it the first time. Reading the property of the window already fails where storage is blocked.
async fn open() -> WebResult<IdbDatabase> {
    let factory = dom::window()?.indexed_db()?;
    let factory = factory.ok_or(WebError::Missing { what: "database" })?;
    let request = factory.open_with_u32(DATABASE, 1)?;
    let upgraded = request.clone();
    let upgrade = Closure::once(move || create_stores(&upgraded));
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let database = result(&request).await?;
    Ok(database.dyn_into()?)
}

fn create_stores(request: &IdbOpenDbRequest) {
    let Ok(database) = request.result().and_then(JsCast::dyn_into::<IdbDatabase>) else { return };
    for store in [HEADS, STATES] {
        // Fails only if it exists.
        let _ = database.create_object_store(store);
    }
}

fn transaction(database: &IdbDatabase, mode: IdbTransactionMode) -> WebResult<IdbTransaction> {
    let stores = Array::of2(&HEADS.into(), &STATES.into());
    Ok(database.transaction_with_str_sequence_and_mode(&stores, mode)?)
}

async fn put(database: &IdbDatabase, checkpoint: &StoredCheckpoint) -> WebResult<()> {
    let StoredCheckpoint { key, head, state, is_training } = checkpoint;
    let record = Object::new();
    Reflect::set(&record, &"head".into(), &Uint8Array::from(head.as_slice()))?;
    Reflect::set(&record, &"storedAt".into(), &Date::now().into())?;
    Reflect::set(&record, &"training".into(), &(*is_training).into())?;
    let transaction = transaction(database, IdbTransactionMode::Readwrite)?;
    transaction.object_store(HEADS)?.put_with_key(&record, &key.as_str().into())?;
    transaction.object_store(STATES)?.put_with_key(state, &key.as_str().into())?;
    completed(&transaction).await
}

async fn delete(database: &IdbDatabase, keys: &[String]) -> WebResult<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let transaction = transaction(database, IdbTransactionMode::Readwrite)?;
    for key in keys {
        for store in [HEADS, STATES] {
            transaction.object_store(store)?.delete(&key.as_str().into())?;
        }
    }
    completed(&transaction).await
}

async fn list_in(database: &IdbDatabase) -> WebResult<Vec<KeptRun>> {
    let transaction = transaction(database, IdbTransactionMode::Readonly)?;
    let heads: IdbObjectStore = transaction.object_store(HEADS)?;
    let (keys, records) = (heads.get_all_keys()?, heads.get_all()?);
    let (keys, records) = (Array::from(&result(&keys).await?), Array::from(&result(&records).await?));
    let mut runs: Vec<KeptRun> =
        keys.iter().zip(records.iter()).filter_map(|(key, record)| kept(&key, &record)).collect();
    runs.sort_by(|one, other| other.stored_at.total_cmp(&one.stored_at));
    Ok(runs)
}

fn kept(key: &JsValue, record: &JsValue) -> Option<KeptRun> {
    let field = |name: &str| Reflect::get(record, &name.into()).ok();
    let stored_at = field("storedAt")?.as_f64()?;
    let date = Date::new(&stored_at.into()).to_locale_string("default", &JsValue::UNDEFINED);
    KeptRun::read(key.as_string()?, &bytes_of(record)?, stored_at, date.into(), field("training")?.is_truthy())
}

fn bytes_of(record: &JsValue) -> Option<Vec<u8>> {
    Some(Reflect::get(record, &"head".into()).ok()?.dyn_into::<Uint8Array>().ok()?.to_vec())
}

/// The result of a request. It listens at once, not when it is first awaited: of two requests, the second may succeed first.
fn result(request: &IdbRequest) -> impl Future<Output = WebResult<JsValue>> + use<> {
    let settled = settled(|resolve, reject| {
        request.set_onsuccess(Some(resolve));
        request.set_onerror(Some(reject));
    });
    let request = request.clone();
    async move {
        match settled.await {
            Ok(_) => Ok(request.result()?),
            Err(error) => Err(failed(&request.error().ok().flatten().map_or(error, Into::into))),
        }
    }
}

/// Waits until a transaction is complete; before, nothing is stored.
async fn completed(transaction: &IdbTransaction) -> WebResult<()> {
    let settled = settled(|resolve, reject| {
        transaction.set_oncomplete(Some(resolve));
        transaction.set_onerror(Some(reject));
        transaction.set_onabort(Some(reject));
    });
    match settled.await {
        Ok(_) => Ok(()),
        Err(error) => Err(failed(&transaction.error().map_or(error, Into::into))),
    }
}

fn settled(listen: impl Fn(&Function, &Function)) -> JsFuture {
    JsFuture::from(Promise::new(&mut |resolve, reject| listen(&resolve, &reject)))
}

fn failed(error: &JsValue) -> WebError {
    let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string());
    WebError::Browser { message: name.unwrap_or_else(|| describe(error)) }
}
