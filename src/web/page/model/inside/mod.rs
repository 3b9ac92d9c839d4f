//! The section "Inside a run" without its document: which questions are sent to the worker and when ([`inquiry`]), the conversion
//! of a drawing into an image like those of the data set ([`drawing`]), the colors of weights ([`weights`]), and the rows of
//! answers ([`answers`], [`translations`]).

pub mod answers;
pub mod drawing;
pub mod inquiry;
pub mod translations;
pub mod weights;
