//! What is made of several rooms: reconciling, the whole night, the demo, years of nights.
//!
//! Promises: AWS's counts are compared with what is held, and every difference has a reason or is
//! told as unexplained; nothing here knows a rule of its own about jobs: it lets the other rooms
//! work and compares what they say. Refuses: to print (that is `cli`'s) and to know AWS's API.

mod demo;
mod night;
mod reconcile;
mod truth;
mod years;

pub use demo::{Demo, DemoReport, DemoWatch, Memory, Night};
pub use night::{Compared, Comparison, NightReport, night};
pub use reconcile::{
    Finding, Findings, Group, Judged, Reason, Reconciliation, Rule, Sum, Verdict, Wanted, reconcile,
};
pub use truth::{Agreement, Difference};
pub use years::{Measured, Years};
