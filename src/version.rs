//! Which version this is, and of which sources it was built: pages, workers and results of different builds are told apart by it.

/// The build: a hash of the sources, in hexadecimal; the same for page, worker and command line.
pub const BUILD: &str = env!("EMERGENCE_LAB_BUILD");

/// The version of this crate with the build, as Semantic Versioning writes it: `0.1.0+1f2e3d4c5b6a7988`.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "+", env!("EMERGENCE_LAB_BUILD"));

/// The version with a hash of those sources that determine the numbers: other builds with the same one go on with a run to the bit.
pub const COMPUTATION: &str = concat!(env!("CARGO_PKG_VERSION"), "+", env!("EMERGENCE_LAB_COMPUTATION"));
