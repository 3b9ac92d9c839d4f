//! The section "Inside a run": the first-layer weights, activity and errors of one run, and the classification of an image by
//! all networks. The parts that need no browser are compiled natively, too: [`inquiry`] (which questions are sent to the worker,
//! and when), [`drawing`] (the conversion of a drawing into an image like those of the data set), [`weights`], [`answers`] and
//! [`words`].

pub mod answers;
pub mod drawing;
pub mod inquiry;
pub mod weights;
pub mod words;

#[cfg(target_arch = "wasm32")]
mod inspection;
#[cfg(target_arch = "wasm32")]
mod pad;
#[cfg(target_arch = "wasm32")]
mod question;
#[cfg(target_arch = "wasm32")]
mod section;

#[cfg(target_arch = "wasm32")]
pub(in crate::web::page) use section::Inside;
