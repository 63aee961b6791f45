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
//! - *source*: one set of credentials and the Regions to read with it; *scope* (in the code,
//!   `Reach`): whether it reads its own account or the whole organisation.
//! - *place*: one kind of job in one Region, read by one source.
//! - *unit*: one piece of an ingest, which succeeds or fails by itself: a listing of one interval
//!   of creation time at one place, the following of the place's open jobs, or its summaries.
//! - *observation*: one reading of one job at one instant; the newest observation of a job is its
//!   row.
//! - *open / settled / forgotten*: a job that can still change / cannot / was open when AWS
//!   stopped showing it.
//! - *day*: a UTC calendar day of `creation_date`.
//! - *coverage*: what is known of an interval of creation time at one place and scope: complete,
//!   partial, denied, `not_offered`, failed or lost, with the instant at which its listing began.
//! - *lost*: an interval that AWS had forgotten before anything read it.
//! - *settled day*: one that was listed whole two days after its end or later; it is not listed
//!   again, since jobs that appear late have appeared by then.
//! - *horizon*: 30 days ago, from where on AWS promises to list jobs.
//! - *outcome*: ok, `ok_with_issues`, failed, expired, aborted, partial, open, unknown.
//! - *run*: one import, which is committed whole or not at all, or one ingest, which commits what
//!   it has several times.
//! - *old month*: one that ended 35 days ago or earlier: AWS shows none of its jobs any more.
//! - *ledger*: runs, their units, coverage, open jobs and what reconciling found; in SQL, the
//!   schema `ops`.
//! - *group*: jobs of one account that AWS's summaries of a day count together.
//! - *snapshot*: one committed state of the warehouse (a DuckLake snapshot).
//!
//! # Rooms
//!
//! A room is a folder of `src`. A room may name [`error`] and the rooms in its row, and no others;
//! `tests/tidy.rs` enforces it, and which room may name which crate.
//!
//! - [`error`]: one error type, its kinds, hints; no exit codes, no HTTP status.
//! - [`model`]: kinds, states, instants, Regions, the summary request; pure.
//! - [`tables`]: one SQL table a file, one declaration a column; rows ⇄ record batches ⇄ AWS's
//!   JSON; views. May name model.
//! - [`catalog`]: every SQLite statement: DuckLake's tables, the ledger, the one commit, the
//!   writer's lock. May name model, tables.
//! - [`store`]: Parquet files in an object store: write once, sync, describe, read. May name
//!   model, tables.
//! - [`lake`]: an opened warehouse: catalog and store together. May name model, catalog, store.
//! - [`source`]: where jobs come from: AWS Backup itself, one request at a time and without
//!   retries, and files of the AWS CLI, boto3, Audit Manager and `EventBridge`. May name model,
//!   tables.
//! - [`ingest`]: what to read, pace and retries, spool, merge by key, copy-on-write, commit. May
//!   name model, tables, catalog, store, lake, source.
//! - [`upkeep`]: compact, expire, sweep, copy and restore the catalog, verify, repair. May name
//!   model, tables, catalog, store, lake.
//! - [`engine`]: the one read path: a pinned snapshot in DataFusion, pruning, listings page by
//!   page, the statement guard, limits. May name model, tables, catalog, store, lake.
//! - [`reports`]: named questions in SQL, with bound parameters, and checks, which are questions
//!   for what is not as it should be. May name model, engine.
//! - [`export`]: answers as folders of files, partitioned, whole or not at all. May name model,
//!   tables, catalog, lake, engine, output.
//! - [`output`]: record batches → table, csv, json, ndjson, markdown, parquet, arrow, charts.
//! - [`serve`]: protocol heads; `serve::aws` is AWS Backup's REST-JSON over any `Backend`, of which
//!   the warehouse is one, for whoever is on this machine or for the holders of keys, whose
//!   signatures it verifies. May name model, tables, engine.
//! - [`emulator`]: a simulated organisation with a virtual clock and faults, as a `serve::aws`
//!   `Backend`. May name model, tables, serve.
//! - [`nights`]: what is made of several rooms: reconciling AWS's counts with what is held, the
//!   whole night, and the demo and years of nights, which compare the warehouse with the simulated
//!   world. May name everything above.
//! - [`cli`]: arguments, settings, terminal, commands, the REPL. May name everything above, only to
//!   open and call it.
//!
//! Data flows one way: source → ingest → store and catalog → engine → output, export or serve.
//!
//! # Invariants
//!
//! 1. `model` and what is marked pure do no I/O and read no clock: time, randomness and the network
//!    enter as arguments.
//! 2. There is one commit ([`catalog::Catalog::commit`]; only making a catalog and renewing its
//!    views, which hold no rows, make a snapshot besides) and one read path ([`engine::Engine`]).
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
//! under the prefix `lookback_`, `data/`, and `backups/`, the copies of the catalog. Where a
//! catalog was lost beside data, none is made in its place. DuckDB attaches it as it is. A new job
//! goes into a new file of its Region and day; a changed job rewrites only the files that hold it.
//! A swap is recorded as an insert and a delete, so that a program that commits at the same time
//! sees that its input has gone; our own commit looks for such changes inside its transaction, and
//! works everything out anew if it finds one. What another tool left that cannot be read right
//! (deleted rows, rows inside the catalog) is refused with the commands that clear it away.
//!
//! # Ingesting
//!
//! [`ingest::Pull`] reads its sources in four steps.
//!
//! 1. *Plan*, purely, from coverage, open jobs and the clock, for each place: list what lies within
//!    the horizon and is not settled, follow the open jobs that no such listing brings, and call
//!    lost what lies before the horizon and was not read since AWS first answered for the place. A
//!    listing ends a minute before the present, since a job that is being created may not be listed
//!    yet; the oldest asks for all that is older, too. Scan jobs cannot be asked for by creation
//!    time: they are listed whole.
//! 2. *Run* the units, a bounded number at a time: listings, then open jobs, then AWS's summaries.
//!    Calls of one operation in one Region by one source keep a pace, which throttling halves and
//!    success restores. A call that was throttled, dropped or answered with 5xx is made again, with
//!    jitter, ten times at most; credentials that do not work fail all units of their source with
//!    one call. A listing of more than ten pages is given up for pieces of whole hours, the oldest
//!    first, as many as its density so far suggests: they are read at the same time and are units
//!    of their own. After a listing, the child counts of finished composite jobs are described,
//!    where Describe reaches; if that fails, the listing is complete but not settled, and so is
//!    read again. A listing of which a record was refused is partial. Of jobs that are asked for
//!    one by one, one that fails keeps no other from its turn. A reading of AWS's summaries is
//!    handed on whole, since a part of one would stand for all that AWS counts.
//! 3. *Merge* (below) the rows, which go through a bounded channel into the spool: in memory while
//!    they are few, in temporary files when they are many, by table, Region and day.
//! 4. *Commit* when a quarter of a million rows wait or a minute has passed, and at the end: data
//!    files, coverage, ended units and open jobs in one transaction. What is not committed is not
//!    covered, so the next ingest reads it again. What failed of a source that has never answered
//!    is told by its units alone: it covers nothing. A run that a later one finds unended was
//!    interrupted: the writer's lock proves it dead.
//!
//! An open job is followed alone by Describe, or together with its neighbours by a narrow listing;
//! in organisation scope always by a listing, since nothing promises that Describe reaches other
//! accounts. One that was asked for past the horizon and is not shown is forgotten: nothing less
//! proves that AWS has forgotten it, since what lies within the horizon may only be late.
//!
//! A day may be settled while a job of it is open: the job is then followed by itself, which costs
//! one call and not a day's listing. Imports teach no coverage, for a file does not tell what it
//! leaves out.
//!
//! # Upkeep
//!
//! [`upkeep::Maintain`] does its tasks one after the other, each of which can end at any step and
//! is finished the next time. It holds the writer's lock; readers go on with the files of their
//! snapshot.
//!
//! - *Compact* merges the small files of an old month, through the one commit. AWS shows a job for
//!   30 days, so an old month hardly changes; what comes late goes into small files again, and only
//!   files that are less than half full are merged, so that no night rewrites a large month. A
//!   compacted file has 256 Ki rows at most: that is what changing one old job costs. Rows lie by
//!   day, then Region and account, a slice of days sorted in memory at a time.
//! - *Expire* takes away the snapshots that were replaced before the kept span, and lists the files
//!   that only they named as to be deleted, as DuckLake does it. Every instant within the span can
//!   still be asked for.
//! - *Sweep* deletes files that have been without a name for a grace: longer than any query reads
//!   and any writer writes. It spares what a copy of the catalog, or one that was replaced by a
//!   copy, names in its newest snapshot: a copy can be restored as long as it exists. While one
//!   cannot be read, nothing is swept.
//! - *Vacuum* and *copy* care for the catalog's own file. A copy is whole and synced before it has
//!   its name, one a day, seven of them.
//!
//! [`upkeep::Verify`] reads all claims of the catalog at one moment and every live file whole. What
//! Lookback wrote has a digest, taken while it was written. Keys are compared through hashes in
//! temporary files, a slice in memory at a time. A repair takes only what the data files say of
//! themselves: nothing is invented, and a file that is gone stays gone.
//!
//! # Nights
//!
//! `lookback night` takes its steps from one list, whatever becomes of each; a step that needs a
//! warehouse is left out before there is one. What is to be done is decided purely and then done:
//! a schedule is a plan, from which the files of each scheduler are text, and installing it a list
//! of changes, which are told or made. A schedule knows UTC, or rings every hour and asks whether
//! the night is due. A check is a report that must have no row, its thresholds are its parameters.
//! Every metric is declared once, and what is logged is decided in one place: only our own words,
//! since what a library would log of a request may be a secret.
//!
//! # Summaries
//!
//! AWS's rule for its job summaries is written down once: what is asked is a
//! [`model::SummaryRequest`], and each of our choices where AWS is silent is a named constant
//! beside it. The engine makes it one plan, which table functions, the command line, the AWS
//! endpoint and reconciling share.
//! [`model::Tally`] counts by the same rule with no plan at all, for the emulator and for tests.
//!
//! # Serving
//!
//! [`serve::aws::AwsService`] answers AWS's operations over a [`serve::aws::Backend`]: the
//! emulator, or [`serve::aws::Warehouse`]. Each request of the latter asks [`engine::Current`] for
//! the newest snapshot (or for the one that the server was started with), which costs one small
//! read of the catalog; an engine is opened for a snapshot once, and lives as long as a request
//! reads through it.
//!
//! A page of a listing is the jobs after a [`tables::Position`], in a total order: a listing that
//! goes on over a new snapshot neither loses nor repeats a job that was there all along. A page
//! costs what it shows: from the bounds of creation time that the catalog has for each file, the
//! engine guesses the span of time that holds about a page, reads the files of that span only, and
//! goes on to the span before it, four times as large, where that was too little. It keeps nothing
//! from one page for the next.
//!
//! # Reports
//!
//! A report is a file of one query whose header declares its parameters and columns; the query must
//! use and give exactly these. A value is bound to its placeholder by the engine: each placeholder
//! is typed before the query is planned and becomes a literal after, so that files are still pruned
//! by it. The present instant is bound as `$now`: that of the asker's clock, or of the earlier
//! state that is asked. Each report says in its comments what "now" is for it where the warehouse
//! was not read for a while.
//!
//! # Reconciling
//!
//! [`nights::night`] is an ingest that looks at itself: once it has committed, AWS's own counts of
//! the days that AWS counts (and of older ones that lacked something) are compared with what is
//! held, by [`nights::reconcile`]. Days that lack jobs though they were listed whole are listed
//! once more in the same run. What was found is committed with the end of the run, for each day in
//! place of what was found before; it is bounded (groups that agree are one row, and a hundred
//! groups are told for one reason) and kept for ninety days, since any day can be compared anew.
//!
//! A count of AWS's is of an instant: the last reading that gave it. It is not as it was then that
//! the warehouse is compared, but as it is: jobs that were found later heal a day. What changed
//! since is told by the traces that jobs leave: open still, read to be another or first seen after
//! that instant, ended so shortly before that AWS's daily refresh may not know it. Only what has a
//! trace has moved; the rest is missing, with coverage as its reason, or extra, or unexplained.
//! That AWS counts by another rule is believed only if it makes all of a place agree and if our
//! rule fails in several groups on several days.
//!
//! # Exporting
//!
//! An export is written into a folder beside its place, which its process locks, and moved there
//! at the end. Rows of a partition come together, since the query sorts by it (and spills), so that
//! one file at a time is open. What changed since a snapshot is found by comparing the files that
//! came since with those that went: copy-on-write carries unchanged rows over, and a row of the new
//! files that the old ones held just so has not changed. Rows of files that both snapshots have are
//! not read at all. So an export takes part in no bookkeeping, and no writer can make it miss a
//! change.
//!
//! # Merging
//!
//! Of two observations of a job a settled one beats an open one, else the newer wins; where the
//! winner has NULL in a field that its origin does not carry, the other's value stays. A report or
//! an event does not tell that a restore was a test: beside an observation that does, it is settled
//! only if the test has ended. A row has changed when a field of AWS's or its tracking differs:
//! being read again changes nothing, and a file without a changed row is not rewritten.
//!
//! Which of two wins hangs on what they say and when they were made, not on which came first, so
//! observations may come in any order. The order decides only between two of one instant, and
//! where several older ones could fill a field that the winner does not carry.
//!
//! An absence (AWS was asked and no longer shows an open job) is no observation: it makes an open
//! job that was observed no later forgotten, until a newer observation shows it.

pub mod catalog;
pub mod cli;
pub mod emulator;
pub mod engine;
pub mod error;
pub mod export;
pub mod ingest;
pub mod lake;
pub mod model;
pub mod nights;
pub mod output;
pub mod reports;
pub mod serve;
pub mod source;
pub mod store;
pub mod tables;
pub mod upkeep;
