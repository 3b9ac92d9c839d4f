//! The page: binds the form and draws; see `web::page`.

fn main() {}
