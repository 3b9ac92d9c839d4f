//! Charts on any plotters backend: the page's canvas and the native SVG share every line.
