//! `lab data`: the data files.
