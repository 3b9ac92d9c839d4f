//! Tests of emergence.
