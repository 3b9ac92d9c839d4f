//! Stacked networks: every parameter carries a leading run axis.
