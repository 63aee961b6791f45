//! What is made of several rooms: the demo, and years of nights with their upkeep.
//!
//! Promises: nothing here knows a rule of its own about jobs: it lets the other rooms work and
//! compares what they say. Refuses: to print (that is `cli`'s) and to know AWS's API.

mod demo;
mod truth;
mod years;

pub use demo::{Demo, DemoReport, DemoWatch, Memory, Night};
pub use truth::{Difference, Verdict};
pub use years::{Measured, Years};
