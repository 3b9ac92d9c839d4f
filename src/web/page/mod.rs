//! The page: a real HTML form bound from Rust.
