//! AWS Backup's REST-JSON for the job and summary operations, over any [`Backend`].
//!
//! Promises: AWS's own clients cannot tell it from AWS Backup by the answers to the 13 operations.
//! Refuses: addresses other than loopback, until signatures are verified.

mod backend;

pub use backend::{
    Backend, Caller, Condition, ListFilter, ListRequest, Page, Position, Scope, Test,
};
