//! The browser's side: the page, and the worker that trains.

pub mod page;
