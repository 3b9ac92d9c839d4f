//! Tests of experiment.
