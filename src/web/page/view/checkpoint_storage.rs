//! Keeps interrupted runs in the browser's database (IndexedDB), where there is one. A checkpoint is two records, its head (what it is, and
//! the measurements) and its state, written in one transaction: either both are there or the former ones are, so a torn checkpoint is never
//! read. What the run belongs to, which stays the same, is a third record, written with the first checkpoint: the other batches of its
//! experiment, and the visitor's own files. IndexedDB rather than the private file system: every browser with WebAssembly has it, also in
//! the page's own thread.

use super::chosen_files::ChosenFiles;
use super::run_lock::{RunLock, computed_runs};
use super::stored_run::{LoadedRun, StoredCheckpoint};
use super::{Action, Dispatcher};
use crate::checkpoint::{CheckpointHeader, RunContext};
use crate::error::Error;
use crate::web::dom;
use crate::web::error::{WebError, WebResult, describe};
use crate::web::page::model::checkpoints::{InterruptedRun, KeptRun, superfluous};
use js_sys::{Array, Date, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, IdbDatabase, IdbOpenDbRequest, IdbRequest, IdbTransaction, IdbTransactionMode};

/// The name of the database.
const DATABASE: &str = "emergence-lab";
/// Its version: that of the stores below.
const VERSION: u32 = 2;
/// What a checkpoint is, with the measurements, by key.
const HEADS: &str = "heads";
/// The states of the trainings, by key.
const STATES: &str = "states";
/// What the runs belong to, by key.
const CONTEXTS: &str = "contexts";
const STORES: [&str; 3] = [HEADS, STATES, CONTEXTS];

/// Stores a checkpoint, and deletes the oldest ones if there are too many; the new list follows, or the reason why there is none.
pub(super) fn save(checkpoint: StoredCheckpoint, dispatcher: &Dispatcher) {
    answer(dispatcher, async move {
        let database = open().await?;
        let runs = put_and_tidy(&database, checkpoint).await;
        database.close();
        runs
    });
}

async fn put_and_tidy(database: &IdbDatabase, mut checkpoint: StoredCheckpoint) -> WebResult<Vec<KeptRun>> {
    let mut stored = put(database, &checkpoint).await;
    if stored.is_err()
        && let Some(context) = checkpoint.context.as_mut().filter(|context| !context.files.is_empty())
    {
        // Without the files, which may be too large or gone, the run can be kept all the same: they can be chosen again.
        context.files.clear();
        stored = put(database, &checkpoint).await;
    }
    stored?;
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

/// Reads a run, once its lock is taken.
pub(super) fn load(key: String, dispatcher: &Dispatcher) {
    let dispatcher = dispatcher.clone();
    wasm_bindgen_futures::spawn_local(async move {
        let loaded = load_locked(&key).await;
        dispatcher.dispatch(Action::CheckpointLoaded(key, loaded.map(Box::new)));
    });
}

async fn load_locked(key: &str) -> WebResult<LoadedRun> {
    let lock = RunLock::take(key).await?.ok_or(WebError::Elsewhere)?;
    let database = open().await?;
    let transaction = transaction(&database, IdbTransactionMode::Readonly)?;
    let [head, state, context] = STORES.map(|store| transaction.object_store(store)?.get(&key.into()));
    let (head, state, context) = (result(&head?), result(&state?), result(&context?));
    let (record, state, context) = (head.await?, state.await?, context.await?);
    database.close();
    let missing = || WebError::Missing { what: "interrupted run" };
    let head = bytes_of(&record, "head").ok_or_else(missing)?;
    let state = state.dyn_into().map_err(|_| missing())?;
    let (context, files) = read_context(&context)?;
    let was_training = is_training(&record);
    Ok(LoadedRun { query: query_of(&record), head, state, was_training, context, files, lock })
}

/// Reads a record of a context; there is none for a run that needs none.
fn read_context(record: &JsValue) -> WebResult<(RunContext, Option<ChosenFiles>)> {
    let Some(bytes) = bytes_of(record, "context") else { return Ok((RunContext::default(), None)) };
    let context = RunContext::from_bytes(&bytes).map_err(Error::from)?;
    let files = Array::from(&Reflect::get(record, &"files".into())?);
    let files: Vec<File> = files.iter().filter_map(|file| file.dyn_into().ok()).collect();
    let chosen = (!files.is_empty()).then(|| ChosenFiles { files, choices: context.choices.clone() });
    Ok((context, chosen))
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
    let request = factory.open_with_u32(DATABASE, VERSION)?;
    let upgraded = request.clone();
    let upgrade = Closure::once(move || create_stores(&upgraded));
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let database = result(&request).await?;
    Ok(database.dyn_into()?)
}

fn create_stores(request: &IdbOpenDbRequest) {
    let Ok(database) = request.result().and_then(JsCast::dyn_into::<IdbDatabase>) else { return };
    for store in STORES {
        // Fails only if it exists.
        let _ = database.create_object_store(store);
    }
}

fn transaction(database: &IdbDatabase, mode: IdbTransactionMode) -> WebResult<IdbTransaction> {
    let stores: Array = STORES.iter().map(|store| JsValue::from(*store)).collect();
    Ok(database.transaction_with_str_sequence_and_mode(&stores, mode)?)
}

async fn put(database: &IdbDatabase, checkpoint: &StoredCheckpoint) -> WebResult<()> {
    let StoredCheckpoint { key, query, head, state, context, is_training } = checkpoint;
    let key = key.as_str().into();
    let transaction = transaction(database, IdbTransactionMode::Readwrite)?;
    let record = Object::new();
    let fields: [(&str, JsValue); 4] = [
        ("head", Uint8Array::from(head.as_slice()).into()),
        ("query", query.into()),
        ("storedAt", Date::now().into()),
        ("training", (*is_training).into()),
    ];
    for (name, value) in fields {
        Reflect::set(&record, &name.into(), &value)?;
    }
    transaction.object_store(HEADS)?.put_with_key(&record, &key)?;
    transaction.object_store(STATES)?.put_with_key(state, &key)?;
    if let Some(context) = context {
        transaction.object_store(CONTEXTS)?.put_with_key(&context.record()?, &key)?;
    }
    completed(&transaction).await
}

async fn delete(database: &IdbDatabase, keys: &[String]) -> WebResult<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let transaction = transaction(database, IdbTransactionMode::Readwrite)?;
    for key in keys {
        for store in STORES {
            transaction.object_store(store)?.delete(&key.as_str().into())?;
        }
    }
    completed(&transaction).await
}

async fn list_in(database: &IdbDatabase) -> WebResult<Vec<KeptRun>> {
    let elsewhere = computed_runs().await.unwrap_or_default();
    let transaction = transaction(database, IdbTransactionMode::Readonly)?;
    let (heads, contexts) = (transaction.object_store(HEADS)?, transaction.object_store(CONTEXTS)?);
    let requests = [heads.get_all_keys()?, heads.get_all()?, contexts.get_all_keys()?, contexts.get_all()?];
    let [keys, records, context_keys, contexts] = requests.each_ref().map(result);
    let (keys, records) = (Array::from(&keys.await?), Array::from(&records.await?));
    let (context_keys, contexts) = (Array::from(&context_keys.await?), Array::from(&contexts.await?));
    let context_size = |key: &JsValue| {
        let (_, context) = context_keys.iter().zip(contexts.iter()).find(|(own, _)| own == key)?;
        field(&context, "size")?.as_f64()
    };
    let kept = |(key, record): (JsValue, JsValue)| {
        let run = kept(&key, &record, context_size(&key).unwrap_or_default())?;
        Some(KeptRun { is_elsewhere: elsewhere.contains(&run.key), ..run })
    };
    let mut runs: Vec<KeptRun> = keys.iter().zip(records.iter()).filter_map(kept).collect();
    runs.sort_by(|one, other| other.stored_at.total_cmp(&one.stored_at));
    Ok(runs)
}

fn kept(key: &JsValue, record: &JsValue, context_size: f64) -> Option<KeptRun> {
    let stored_at = field(record, "storedAt")?.as_f64()?;
    let date = Date::new(&stored_at.into()).to_locale_string("default", &JsValue::UNDEFINED);
    let head = bytes_of(record, "head")?;
    let file = CheckpointHeader::read(&head).ok().and_then(|(header, start)| header.file_bytes(start));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the size of something in memory")]
    let bytes = file.unwrap_or(head.len() as u64).saturating_add(context_size as u64);
    Some(KeptRun {
        key: key.as_string()?,
        contents: InterruptedRun::read(&head, &query_of(record)),
        bytes,
        stored_at,
        date: date.into(),
        is_elsewhere: false,
    })
}

/// The experiment of a record as it was started; empty if it does not say.
fn query_of(record: &JsValue) -> String {
    field(record, "query").and_then(|query| query.as_string()).unwrap_or_default()
}

fn is_training(record: &JsValue) -> bool {
    field(record, "training").is_some_and(|training| training.is_truthy())
}

fn field(record: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(record, &name.into()).ok()
}

fn bytes_of(record: &JsValue, name: &str) -> Option<Vec<u8>> {
    Some(field(record, name)?.dyn_into::<Uint8Array>().ok()?.to_vec())
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
