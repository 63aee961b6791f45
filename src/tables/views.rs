//! The views: SQL that runs in DataFusion and in DuckDB alike.

/// A view of the warehouse.
#[derive(Debug)]
pub struct View {
    /// Its SQL name.
    pub name: &'static str,
    text: &'static str,
}

/// Every view; a view may read the tables and the views before it.
pub static VIEWS: &[View] = &[
    View { name: "jobs", text: include_str!("../../sql/views/jobs.sql") },
    View { name: "job_day_counts", text: include_str!("../../sql/views/job_day_counts.sql") },
    View {
        name: "backup_job_summaries",
        text: include_str!("../../sql/views/backup_job_summaries.sql"),
    },
    View {
        name: "copy_job_summaries",
        text: include_str!("../../sql/views/copy_job_summaries.sql"),
    },
    View {
        name: "restore_job_summaries",
        text: include_str!("../../sql/views/restore_job_summaries.sql"),
    },
    View {
        name: "scan_job_summaries",
        text: include_str!("../../sql/views/scan_job_summaries.sql"),
    },
];

impl View {
    /// What a row is: the first line of the file's header.
    pub fn doc(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches("--").trim()
    }

    /// The query below the header.
    pub fn query(&self) -> &'static str {
        let mut rest = self.text;
        while rest.starts_with("--") || rest.starts_with('\n') {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
        rest.trim_end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_says_what_a_row_is_and_is_a_query() {
        for view in VIEWS {
            assert!(view.doc().ends_with('.'), "{}: {}", view.name, view.doc());
            let query = view.query();
            assert!(query.starts_with("WITH") || query.starts_with("SELECT"), "{}", view.name);
        }
    }
}
