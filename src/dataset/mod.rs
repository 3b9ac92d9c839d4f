//! Images and labels: readers, the generator of digits, and the order in which examples are used.
