//! The section "Inside a run": the first layer of a run, what is active in it, what it gets wrong, and questions to all
//! networks at once. What is pure is compiled everywhere: [`inquiry`] (what the worker is asked, and when), [`drawing`]
//! (a visitor's drawing as the data set would have it), [`weights`], [`answers`] and
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
