//! The section "Inside a run". Of images: the first-layer weights, activity and errors of one run, and the classification of an image by
//! all networks. Of sentences: activity and cross-attention of one run, translations over time, and the translation of a sentence by all
//! networks.

mod attention;
mod inspection;
mod pad;
mod question;
mod samples_over_time;
mod section;
mod sentence;

pub(super) use section::Inside;
