//! What is made of several rooms: the demo now; reconciling and the whole night later.
//!
//! Promises: nothing here knows a rule of its own about jobs: it lets the other rooms work and
//! compares what they say. Refuses: to print (that is `cli`'s) and to know AWS's API.

mod demo;
mod truth;

pub use demo::{Demo, DemoReport, DemoWatch, Memory, Night};
pub use truth::{Difference, Verdict};
