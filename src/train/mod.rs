//! Training all runs of an experiment as one cohort.
