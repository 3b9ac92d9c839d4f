//! The emergence measure of a network: E_A and E_B, in log space and exactly.
