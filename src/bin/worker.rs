//! The training worker of the page; see `web::worker`.

fn main() {}
