//! AWS Backup's REST-JSON for the job and summary operations, over any [`Backend`].
//!
//! Promises: AWS's own clients cannot tell it from AWS Backup by the answers to the 13 operations.
//! Refuses: addresses other than loopback, unless the callers are the holders of keys.
//!
//! A request goes through `signature` (who asks, of which Region; where anyone may, `host` and
//! `credential`), `route` (which operation, which texts), `arguments` (which values), `access`
//! (whose jobs), the backend, and `print`.

mod access;
mod arguments;
mod backend;
mod callers;
mod credential;
mod error;
mod fault;
mod host;
mod operation;
mod print;
mod recent;
mod route;
mod server;
mod service;
mod signature;
mod token;
mod warehouse;

pub use crate::tables::{Condition, ListFilter, ListRequest, Position, Test};
pub use backend::{Backend, Caller, Page, Scope};
pub use callers::{AccessKey, Callers, KeyRing, Secret};
pub use error::Exception;
pub use fault::{Faults, Interference, RequestInfo};
pub use operation::operation_names;
pub use server::Server;
pub use service::{AwsService, Config};
pub use token::TokenKey;
pub use warehouse::Warehouse;

#[cfg(test)]
mod tests;
