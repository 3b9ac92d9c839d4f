//! The browser's side: the page, and the worker that trains.

pub mod error;
pub mod page;
#[cfg(feature = "train")]
pub mod worker;
