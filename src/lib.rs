//! Lookback keeps an organisation's AWS Backup job history for good and answers for it in SQL.
//!
//! AWS forgets backup jobs after 30 days and its own job summaries after 14. Lookback takes jobs
//! in, keeps them as Parquet in an open table format (DuckLake), and lets people run SQL over all
//! of them. This page is the architecture: what the rooms are, what each may know, and what always
//! holds.
//!
//! # Words
//!
//! - *kind*: backup, copy, restore, scan: the four kinds of AWS Backup job.
//! - *observation*: one reading of one job at one instant; the newest observation of a job is its
//!   row.
//! - *open / settled / forgotten*: a job that can still change / cannot / was open when AWS
//!   stopped showing it.
//! - *day*: a UTC calendar day of `creation_date`.
//! - *outcome*: ok, `ok_with_issues`, failed, expired, aborted, partial, open, unknown.
//! - *run*: one import, which is committed whole or not at all, or one ingest, which commits what
//!   it has several times.
//! - *coverage*: what is known of an interval of creation time, of one source, scope, Region and
//!   kind.
//! - *ledger*: runs, their units, coverage and open jobs; in SQL, the schema `ops`.
//! - *snapshot*: one committed state of the warehouse (a DuckLake snapshot).
//!
//! # Rooms
//!
//! A room is a folder of `src`. A room may name [`error`] and the rooms in its row, and no others;
//! `tests/tidy.rs` enforces it, and which room may name which crate.
//!
//! - [`error`]: one error type, its kinds, hints; no exit codes, no HTTP status.
//! - [`model`]: kinds, states, instants, the summary request; pure.
//! - [`tables`]: one SQL table a file, one declaration a column; rows ⇄ record batches ⇄ AWS's
//!   JSON; views. May name model.
//! - [`catalog`]: every SQLite statement: DuckLake's tables, the ledger, the one commit, the
//!   writer's lock. May name model, tables.
//! - [`store`]: Parquet files in an object store: write once, sync, describe, read. May name
//!   model, tables.
//! - [`lake`]: an opened warehouse: catalog and store together. May name model, catalog, store.
//! - [`source`]: where jobs come from: AWS Backup itself, one request at a time, and files of the
//!   AWS CLI, boto3, Audit Manager and `EventBridge`. May name model, tables.
//! - [`ingest`]: spool, merge by key, copy-on-write, commit. May name model, tables, catalog,
//!   store, lake, source.
//! - [`engine`]: the one read path: a pinned snapshot in DataFusion, pruning, the statement
//!   guard, limits. May name model, tables, catalog, store, lake.
//! - [`output`]: record batches → table, csv, json, ndjson, markdown, parquet, arrow.
//! - [`serve`]: protocol heads; `serve::aws` is AWS Backup's REST-JSON over any `Backend`. May
//!   name model, tables, engine, output.
//! - [`emulator`]: a simulated organisation with a virtual clock and faults, as a `serve::aws`
//!   `Backend`. May name model, tables, serve.
//! - [`nights`]: what is made of several rooms: the demo. May name everything above.
//! - [`cli`]: arguments, settings, terminal, commands. May name everything above, only to open
//!   and call it.
//!
//! Data flows one way: source → ingest → store and catalog → engine → output or serve.
//!
//! # Invariants
//!
//! 1. `model` and what is marked pure do no I/O and read no clock: time, randomness and the network
//!    enter as arguments.
//! 2. There is one commit ([`catalog::Catalog::commit`]) and one read path ([`engine::Engine`]).
//! 3. A file is complete and synced before the catalog names it; readers open only files that
//!    their snapshot names.
//! 4. Data files never change. A change is new files and one transaction that swaps them in.
//! 5. Every read of the lake is of one snapshot, and the snapshot condition is written once; the
//!    schema `ops` shows the catalog as it is now.
//! 6. An AWS value that we do not know is kept as it came, not dropped and not an error.
//! 7. A failed read is an error, never an empty result.
//! 8. A column is declared once; names are AWS's own, in `snake_case`.
//! 9. Only the printer prints; only `main` exits; each edge owns one table from error kind to its
//!    codes.
//! 10. Everything has a bound: pages, connections, rows in hand, memory, seconds. Security settings
//!     fail closed.
//!
//! # The lake
//!
//! A warehouse is a folder: `catalog.sqlite`, a DuckLake 1.0 catalog with our own tables beside it
//! under the prefix `lookback_`, and `data/`. DuckDB attaches it as it is. A new job goes into a
//! new file of its Region and day; a changed job rewrites only the files that hold it. A swap is
//! recorded as an insert and a delete, so that a program that commits at the same time sees that
//! its input has gone; our own commit looks for such changes inside its transaction, and works
//! everything out anew if it finds one. What another tool left that cannot be read right (deleted
//! rows, rows inside the catalog) is refused with the commands that clear it away.
//!
//! # Merging
//!
//! Of two observations of a job a settled one beats an open one, else the newer wins; where the
//! winner has NULL in a field that its origin does not carry, the other's value stays. A row has
//! changed when a field of AWS's or its tracking differs: being read again changes nothing, and a
//! file without a changed row is not rewritten. The rule does not depend on the order in which
//! observations come. An absence (AWS was asked and no longer shows an open job) is no observation:
//! it makes an open job that was observed no later forgotten, until a newer observation shows it.

pub mod catalog;
pub mod cli;
pub mod emulator;
pub mod engine;
pub mod error;
pub mod ingest;
pub mod lake;
pub mod model;
pub mod nights;
pub mod output;
pub mod serve;
pub mod source;
pub mod store;
pub mod tables;
