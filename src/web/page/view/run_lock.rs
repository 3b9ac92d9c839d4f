//! Which tab computes a run: while it does, it holds a lock of the browser (Web Locks), so that no other tab goes on with the same run. The
//! browser releases the locks of a tab that is closed or has crashed. Where there are no locks, pages go without.

use crate::web::dom;
use crate::web::error::{WebError, WebResult};
use js_sys::{Array, Function, Object, Promise, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The beginning of the names of locks; the key of the run follows.
const PREFIX: &str = "emergence-lab/run/";
/// How often a lock that another tab has is asked for, and the milliseconds in between: after a reload, the former document may still
/// have it for a moment.
const TRIES: u32 = 10;
const PAUSE_MILLISECONDS: i32 = 150;

/// The lock of a run, held until the last copy is gone.
#[derive(Debug, Clone)]
pub(super) struct RunLock {
    _held: Option<Rc<HeldLock>>,
}

/// A lock that the browser has granted.
#[derive(Debug)]
struct HeldLock {
    release: Function,
}

impl Drop for HeldLock {
    fn drop(&mut self) {
        // Fails only if the page is gone, and its locks with it.
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

impl RunLock {
    /// Takes the lock of the run with this key; `None` if another tab has it.
    pub(super) async fn take(key: &str) -> WebResult<Option<Self>> {
        let Some(manager) = manager()? else { return Ok(Some(Self { _held: None })) };
        for attempt in 1..=TRIES {
            let granted = JsFuture::from(requested(&manager, key)).await?;
            if let Ok(release) = granted.dyn_into() {
                return Ok(Some(Self { _held: Some(Rc::new(HeldLock { release })) }));
            }
            if attempt < TRIES {
                pause().await?;
            }
        }
        Ok(None)
    }
}

/// The keys of the runs that are being computed, in this tab and in others.
pub(super) async fn computed_runs() -> WebResult<Vec<String>> {
    let Some(manager) = manager()? else { return Ok(Vec::new()) };
    let query = method(&manager, "query")?;
    let answer = JsFuture::from(query.call0(&manager)?.dyn_into::<Promise>()?).await?;
    let held = Array::from(&Reflect::get(&answer, &"held".into())?);
    let name = |lock: JsValue| Reflect::get(&lock, &"name".into()).ok()?.as_string();
    Ok(held.iter().filter_map(name).filter_map(|name| name.strip_prefix(PREFIX).map(str::to_owned)).collect())
}

fn manager() -> WebResult<Option<Object>> {
    let navigator = dom::window()?.navigator();
    Ok(Reflect::get(&navigator, &"locks".into())?.dyn_into().ok())
}

fn method(manager: &Object, name: &'static str) -> WebResult<Function> {
    Reflect::get(manager, &name.into())?.dyn_into().map_err(|_| WebError::Missing { what: name })
}

/// Asks for a lock once: resolves to a function that releases it, or to null.
fn requested(manager: &Object, key: &str) -> Promise {
    let name = format!("{PREFIX}{key}");
    Promise::new(&mut |resolve, reject| {
        if let Err(error) = request(manager, &name, resolve, reject.clone()) {
            let _ = reject.call1(&JsValue::UNDEFINED, &error.to_string().into());
        }
    })
}

fn request(manager: &Object, name: &str, resolve: Function, reject: Function) -> WebResult<()> {
    // The lock is held until the promise that this function returns is resolved.
    let granted = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        if lock.is_null() {
            let _ = resolve.call1(&JsValue::UNDEFINED, &JsValue::NULL);
            return JsValue::UNDEFINED;
        }
        let until_released = Promise::new(&mut |release, _| {
            let _ = resolve.call1(&JsValue::UNDEFINED, &release);
        });
        until_released.into()
    });
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &true.into())?;
    let asked = method(manager, "request")?.call3(manager, &name.into(), &options, &granted)?;
    let asked = asked.dyn_into::<Promise>()?;
    // Browsers that block storage refuse locks, too.
    wasm_bindgen_futures::spawn_local(async move {
        if let Err(error) = JsFuture::from(asked).await {
            let _ = reject.call1(&JsValue::UNDEFINED, &error);
        }
    });
    Ok(())
}

async fn pause() -> WebResult<()> {
    let window = dom::window()?;
    let paused = Promise::new(&mut |resolve, reject| {
        if let Err(error) = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, PAUSE_MILLISECONDS) {
            let _ = reject.call1(&JsValue::UNDEFINED, &error);
        }
    });
    JsFuture::from(paused).await?;
    Ok(())
}
