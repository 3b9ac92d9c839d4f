//! Opening a device, under the same names on every platform.
