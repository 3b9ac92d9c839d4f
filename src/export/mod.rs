//! Results as JSON, CSV and SVG.
