//! Initial weights, drawn on the CPU from keyed streams.
